import type { KubeObject } from "@/lib/k8s/object";
import { aWorkload, anIstio } from "../testing";
import type { GoldenMesh, GoldenSeries } from "./golden-mesh";

const BANK = "api.bank.example";

/** Requests to a name that no workload of the mesh answers for. */
const outside = (from: string, host: string, perSecond: number): GoldenSeries => ({
  metric: "requests",
  from,
  to: "unknown/unknown",
  perSecond,
  labels: {
    destination_service: host,
    destination_service_name: host,
    destination_service_namespace: "unknown",
  },
});

const bank = anIstio("ServiceEntry", "shop/bank", {
  hosts: [BANK],
  location: "MESH_EXTERNAL",
  resolution: "DNS",
  ports: [{ number: 443, name: "tls", protocol: "TLS" }],
});

const machine: readonly KubeObject[] = [
  anIstio("ServiceEntry", "shop/fraud", {
    hosts: ["fraud.vm.example"],
    location: "MESH_INTERNAL",
    resolution: "STATIC",
    workloadSelector: { labels: { app: "fraud" } },
  }),
  anIstio("WorkloadEntry", "shop/fraud-10.0.0.7", {
    address: "10.0.0.7",
    labels: { app: "fraud", version: "v1" },
  }),
];

const route = (port: string, hosts: string[], destination: object): object => ({
  hosts,
  gateways: ["public"],
  http: [{ match: [{ uri: { prefix: port } }], route: [{ destination }] }],
});

/** Meshes with doors: gateways, hosts beyond the mesh, machines. */
export const EDGE_MESHES: readonly GoldenMesh[] = [
  {
    title: "egress, directly and through a gateway",
    services: ["shop/web", "edge/egress"],
    workloads: ["shop/web-v1", "edge/egress"],
    objects: [bank, anIstio("Gateway", "edge/out", { selector: { app: "egress" }, servers: [] })],
    series: [
      outside("shop/web-v1", BANK, 4),
      { metric: "requests", from: "shop/web-v1", to: "edge/egress", perSecond: 6 },
      outside("edge/egress", BANK, 6),
    ],
    graphs: {
      versionedApp: [
        "edge/egress (gateway) healthy 1/1 ready [gateway]",
        "external:api.bank.example (external) healthy",
        "shop/web (service) healthy 1/1 ready",
        "edge/egress -> external:api.bank.example 6.0/s, mtls ?, healthy",
        "shop/web -> edge/egress 6.0/s, mtls ?, healthy",
        "shop/web -> external:api.bank.example 4.0/s, mtls ?, healthy",
      ],
      service: [
        "edge/egress (gateway) healthy 1/1 ready [gateway]",
        "external:api.bank.example (external) healthy",
        "shop/web (service) healthy 1/1 ready",
        "edge/egress -> external:api.bank.example 6.0/s, mtls ?, healthy",
        "shop/web -> edge/egress 6.0/s, mtls ?, healthy",
        "shop/web -> external:api.bank.example 4.0/s, mtls ?, healthy",
      ],
    },
  },
  {
    title: "passthrough and black hole",
    services: ["shop/web"],
    workloads: ["shop/web-v1"],
    series: [
      outside("shop/web-v1", "PassthroughCluster", 2),
      {
        ...outside("shop/web-v1", "BlackHoleCluster", 1),
        labels: {
          ...outside("", "BlackHoleCluster", 1).labels,
          response_code: "502",
        },
      },
      {
        metric: "requests",
        from: "unknown/unknown",
        to: "shop/web-v1",
        perSecond: 1,
        labels: {
          reporter: "destination",
          connection_security_policy: "none",
          destination_service: "InboundPassthroughCluster",
          destination_service_name: "InboundPassthroughCluster",
        },
      },
    ],
    graphs: {
      versionedApp: [
        "blackhole (blackhole) failing",
        "passthrough (passthrough) healthy",
        "shop/web (service) healthy 1/1 ready",
        "unknown (unknown) healthy",
        "shop/web -> blackhole 1.0/s, 100 %, 502 -, mtls ?, failing",
        "shop/web -> passthrough 2.0/s, mtls ?, healthy",
        "unknown -> shop/web 1.0/s, mtls 0 %, by destination, healthy",
      ],
      service: [
        "blackhole (blackhole) failing",
        "passthrough (passthrough) healthy",
        "shop/web (service) healthy 1/1 ready",
        "unknown (unknown) healthy",
        "shop/web -> blackhole 1.0/s, 100 %, 502 -, mtls ?, failing",
        "shop/web -> passthrough 2.0/s, mtls ?, healthy",
        "unknown -> shop/web 1.0/s, mtls 0 %, by destination, healthy",
      ],
    },
  },
  {
    title: "an ingress gateway, what it is told to route, and what it does",
    services: ["edge/ingress", "shop/cart", "shop/admin"],
    workloads: ["edge/ingress", "shop/cart-v1", "shop/admin-v1"],
    objects: [
      anIstio("Gateway", "shop/public", {
        selector: { app: "ingress" },
        servers: [{ port: { number: 80 } }],
      }),
      anIstio("VirtualService", "shop/cart", route("/cart", ["shop.example"], { host: "cart" })),
      anIstio("VirtualService", "shop/admin", route("/admin", ["shop.example"], { host: "admin" })),
    ],
    series: [{ metric: "requests", from: "edge/ingress", to: "shop/cart-v1", perSecond: 40 }],
    graphs: {
      versionedApp: [
        "edge/ingress (gateway) healthy 1/1 ready [gateway]",
        "shop/admin (service) idle 1/1 ready [virtual-service]",
        "shop/cart (service) healthy 1/1 ready [virtual-service]",
        "edge/ingress -> shop/admin mtls ?, configured, idle",
        "edge/ingress -> shop/cart 40/s, mtls ?, configured, healthy",
      ],
      workload: [
        "edge/ingress (gateway) healthy 1/1 ready [gateway]",
        "shop/admin-v1 (workload) idle 1/1 ready [virtual-service]",
        "shop/cart-v1 (workload) healthy 1/1 ready [virtual-service]",
        "edge/ingress -> shop/admin-v1 mtls ?, configured, idle",
        "edge/ingress -> shop/cart-v1 40/s, mtls ?, configured, healthy",
      ],
    },
  },
  {
    title: "a gateway of the Gateway API and its routes",
    services: ["shop/cart", "shop/next"],
    workloads: ["shop/cart-v1", "shop/next-v1"],
    objects: [
      ...aWorkload("edge/public-istio", {
        labels: { app: "public-istio", "gateway.networking.k8s.io/gateway-name": "public" },
      }),
      {
        apiVersion: "gateway.networking.k8s.io/v1",
        kind: "HTTPRoute",
        metadata: { namespace: "shop", name: "cart" },
        spec: {
          parentRefs: [{ name: "public", namespace: "edge" }],
          rules: [
            {
              backendRefs: [
                { name: "cart", port: 80, weight: 9 },
                { name: "next", port: 80, weight: 1 },
              ],
            },
          ],
        },
      },
    ],
    series: [{ metric: "requests", from: "edge/public-istio", to: "shop/cart-v1", perSecond: 9 }],
    graphs: {
      app: [
        "edge/public-istio (gateway) healthy 1/1 ready",
        "shop/cart (service) healthy 1/1 ready",
        "shop/next (service) idle 1/1 ready",
        "edge/public-istio -> shop/cart 9.0/s, mtls ?, configured, healthy",
        "edge/public-istio -> shop/next mtls ?, configured, idle",
      ],
      service: [
        "edge/public-istio (gateway) healthy 1/1 ready",
        "shop/cart (service) healthy 1/1 ready",
        "shop/next (service) idle 1/1 ready",
        "edge/public-istio -> shop/cart 9.0/s, mtls ?, configured, healthy",
        "edge/public-istio -> shop/next mtls ?, configured, idle",
      ],
    },
  },
  {
    title: "a machine behind a ServiceEntry",
    services: ["shop/web"],
    workloads: ["shop/web-v1"],
    objects: machine,
    series: [
      {
        metric: "requests",
        from: "shop/web-v1",
        to: "shop/fraud",
        perSecond: 3,
        labels: {
          destination_canonical_revision: "v1",
          destination_service: "fraud.vm.example",
          destination_service_name: "fraud.vm.example",
        },
      },
      {
        ...outside("shop/web-v1", "fraud.vm.example", 1),
        labels: { ...outside("", "fraud.vm.example", 1).labels, response_code: "503" },
      },
    ],
    graphs: {
      app: [
        "shop/fraud (service) failing 1/1 ready [virtual-machine]",
        "  v1 75 % healthy",
        "  no pod 25 % failing",
        "shop/web (service) healthy 1/1 ready",
        "shop/web -> shop/fraud 4.0/s, 25.0 %, 503 -, mtls ?, failing",
      ],
      service: [
        "shop/fraud.vm.example (service) failing 1/1 ready [virtual-machine]",
        "  v1 75 % healthy",
        "  no pod 25 % failing",
        "shop/web (service) healthy 1/1 ready",
        "shop/web -> shop/fraud.vm.example 4.0/s, 25.0 %, 503 -, mtls ?, failing",
      ],
      workload: [
        "service:shop/fraud.vm.example (service) failing",
        "shop/fraud (workload) healthy 1/1 ready [virtual-machine]",
        "shop/web-v1 (workload) healthy 1/1 ready",
        "shop/web-v1 -> service:shop/fraud.vm.example 1.0/s, 100 %, 503 -, mtls ?, failing",
        "shop/web-v1 -> shop/fraud 3.0/s, mtls ?, healthy",
      ],
    },
  },
  {
    title: "a service that is called without a sidecar of its own",
    services: ["shop/web", "shop/cart"],
    workloads: ["shop/web-v1"],
    objects: aWorkload("shop/cart-v1").map((pod) => ({ ...pod, spec: { containers: [] } })),
    series: [
      {
        ...outside("shop/web-v1", "cart", 5),
        labels: {
          destination_service: "cart.shop.svc.cluster.local",
          destination_service_name: "cart",
          destination_service_namespace: "shop",
        },
      },
    ],
    graphs: {
      versionedApp: [
        "shop/cart (service) healthy 1/1 ready [missing-sidecar]",
        "shop/web (service) healthy 1/1 ready",
        "shop/web -> shop/cart 5.0/s, mtls ?, healthy",
      ],
      workload: [
        "shop/cart-v1 (workload) healthy 1/1 ready [missing-sidecar]",
        "shop/web-v1 (workload) healthy 1/1 ready",
        "shop/web-v1 -> shop/cart-v1 5.0/s, mtls ?, healthy",
      ],
    },
  },
];
