import type { KubeObject } from "@/lib/k8s/object";
import { namespaceObject, service, serviceAccount } from "./object-builders";

const MESH_CONFIG = `accessLogFile: /dev/stdout
defaultConfig:
  discoveryAddress: istiod.istio-system.svc:15012
enableAutoMtls: true
outboundTrafficPolicy:
  mode: ALLOW_ANY
rootNamespace: istio-system
trustDomain: cluster.local
`;
const WEBHOOK_RULES = [
  {
    operations: ["CREATE", "UPDATE"],
    apiGroups: [
      "security.istio.io",
      "networking.istio.io",
      "telemetry.istio.io",
      "extensions.istio.io",
    ],
    apiVersions: ["*"],
    resources: ["*"],
  },
];

const nodes = ["node-1", "node-2", "node-3"].map((name, i): KubeObject => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: {
    name,
    labels: {
      "kubernetes.io/hostname": name,
      "topology.kubernetes.io/region": "sandbox",
      "topology.kubernetes.io/zone": `sandbox-${"abc"[i] ?? "a"}`,
    },
  },
  spec: {},
  status: {
    addresses: [{ type: "InternalIP", address: `10.0.0.${i + 1}` }],
    conditions: [{ type: "Ready", status: "True", reason: "KubeletReady" }],
    nodeInfo: {
      kubeletVersion: "v1.36.3",
      osImage: "sandbox",
      containerRuntimeVersion: "sandbox://1",
    },
  },
}));

const istiod: KubeObject = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: {
    name: "istiod",
    namespace: "istio-system",
    labels: { app: "istiod", "istio.io/rev": "default" },
  },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: "istiod" } },
    template: {
      metadata: {
        labels: {
          app: "istiod",
          istio: "pilot",
          "istio.io/rev": "default",
          "sidecar.istio.io/inject": "false",
        },
      },
      spec: {
        serviceAccountName: "istiod",
        containers: [
          {
            name: "discovery",
            image: "docker.io/istio/pilot:1.30.1",
            ports: [
              { containerPort: 8080, name: "http-debug", protocol: "TCP" },
              { containerPort: 15_012, name: "https-dns", protocol: "TCP" },
              { containerPort: 15_014, name: "http-monitoring", protocol: "TCP" },
              { containerPort: 15_017, name: "https-webhooks", protocol: "TCP" },
            ],
          },
        ],
      },
    },
  },
};

const webhook = (kind: string, name: string, path: string): KubeObject => ({
  apiVersion: "admissionregistration.k8s.io/v1",
  kind,
  metadata: { name, labels: { app: "istiod", "istio.io/rev": "default" } },
  webhooks: [
    {
      name: `rev.${path.slice(1)}.istio.io`,
      clientConfig: { service: { name: "istiod", namespace: "istio-system", path, port: 443 } },
      rules: path === "/validate" ? WEBHOOK_RULES : [],
      failurePolicy: "Fail",
      sideEffects: "None",
      admissionReviewVersions: ["v1"],
    },
  ],
});

/** The classes that istiod makes where the Gateway API is there, and takes itself. */
const gatewayClasses = [
  ["istio", "istio.io/gateway-controller", "The default Istio GatewayClass"],
  [
    "istio-remote",
    "istio.io/unmanaged-gateway",
    "Remote to this cluster. Does not deploy or affect configuration.",
  ],
  ["istio-waypoint", "istio.io/mesh-controller", "The default Istio waypoint GatewayClass"],
].map(([name = "", controllerName, description]): KubeObject => ({
  apiVersion: "gateway.networking.k8s.io/v1",
  kind: "GatewayClass",
  metadata: { name },
  spec: { controllerName, description },
  status: {
    conditions: [
      {
        type: "Accepted",
        status: "True",
        reason: "Accepted",
        message: "Handled by Istio controller",
        observedGeneration: 1,
        lastTransitionTime: "2026-01-01T00:00:00Z",
      },
    ],
  },
}));

/** What every scenario stands on: nodes, and a control plane as Istio's own installation makes it. */
export const istioSystemObjects: readonly KubeObject[] = [
  ...nodes,
  ...gatewayClasses,
  namespaceObject("istio-system", false),
  serviceAccount("istio-system", "istiod"),
  {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "istio", namespace: "istio-system", labels: { "istio.io/rev": "default" } },
    data: { mesh: MESH_CONFIG, meshNetworks: "networks: {}\n" },
  },
  istiod,
  service({
    namespace: "istio-system",
    name: "istiod",
    clusterIP: "10.96.0.10",
    selector: { app: "istiod", istio: "pilot" },
    ports: [
      { name: "grpc-xds", port: 15_010 },
      { name: "https-dns", port: 15_012 },
      { name: "https-webhook", port: 443, targetPort: 15_017 },
      { name: "http-monitoring", port: 15_014 },
    ],
  }),
  webhook("ValidatingWebhookConfiguration", "istio-validator-istio-system", "/validate"),
  webhook("MutatingWebhookConfiguration", "istio-sidecar-injector", "/inject"),
  {
    apiVersion: "security.istio.io/v1",
    kind: "PeerAuthentication",
    metadata: { name: "default", namespace: "istio-system" },
    spec: { mtls: { mode: "STRICT" } },
  },
];
