import type { KubeObject } from "@/lib/k8s/object";
import { ISTIOD, ISTIOD_POD, KUBELET_PORT } from "./control-plane-ports";

/** The API server wants to know who approved a kind of a protected group. */
export function approved(definition: KubeObject): KubeObject {
  const { metadata } = definition;
  if (!metadata.name.endsWith(".k8s.io")) return definition;
  const annotations = { "api-approved.kubernetes.io": "unapproved, lab", ...metadata.annotations };
  return { ...definition, metadata: { ...metadata, annotations } };
}

/** Istiod as the cluster sees it: a pod on the node whose kubelet leads to the host. */
export function istiodObjects(): KubeObject[] {
  const labels = { app: "istiod", istio: "pilot", "istio.io/rev": "default" };
  const metadata = { name: ISTIOD_POD, namespace: "istio-system", labels };
  return [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: "istio-system" } },
    {
      apiVersion: "v1",
      kind: "Node",
      metadata: {
        name: "node-1",
        labels: { "topology.kubernetes.io/region": "lab", "topology.kubernetes.io/zone": "lab-a" },
      },
      status: {
        addresses: [{ type: "InternalIP", address: "127.0.0.1" }],
        daemonEndpoints: { kubeletEndpoint: { Port: KUBELET_PORT } },
        conditions: [
          {
            type: "Ready",
            status: "True",
            reason: "Lab",
            message: "",
            lastHeartbeatTime: null,
            lastTransitionTime: null,
          },
        ],
      },
    },
    // `istioctl proxy-status` asks a token for it.
    {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: "default", namespace: "istio-system" },
    },
    {
      apiVersion: "v1",
      kind: "Pod",
      metadata,
      spec: { nodeName: "node-1", containers: [{ name: "discovery", image: "istio/pilot" }] },
      status: {
        phase: "Running",
        podIP: "10.244.0.1",
        podIPs: [{ ip: "10.244.0.1" }],
        conditions: [{ type: "Ready", status: "True" }],
        containerStatuses: [
          {
            name: "discovery",
            ready: true,
            restartCount: 0,
            image: "istio/pilot",
            imageID: "",
            started: true,
            state: { running: {} },
          },
        ],
      },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "istiod", namespace: "istio-system", labels },
      spec: {
        selector: { app: "istiod" },
        ports: [
          { name: "https-dns", port: 15_012, protocol: "TCP" },
          { name: "http-monitoring", port: 15_014, protocol: "TCP" },
        ],
      },
    },
  ];
}

/** istiod's validation webhook, reached on the host. */
export function webhook(): KubeObject {
  return {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingWebhookConfiguration",
    metadata: {
      name: "istio-validator-istio-system",
      labels: { app: "istiod", "istio.io/rev": "default", istio: "istiod" },
    },
    webhooks: [
      {
        name: "rev.validation.istio.io",
        clientConfig: { url: `https://localhost:${ISTIOD.webhook}/validate` },
        rules: [
          {
            operations: ["CREATE", "UPDATE"],
            apiGroups: [
              "networking.istio.io",
              "security.istio.io",
              "telemetry.istio.io",
              "extensions.istio.io",
            ],
            apiVersions: ["*"],
            resources: ["*"],
          },
        ],
        // istiod fills in its CA and turns this to Fail by itself.
        failurePolicy: "Ignore",
        sideEffects: "None",
        admissionReviewVersions: ["v1"],
      },
    ],
  };
}
