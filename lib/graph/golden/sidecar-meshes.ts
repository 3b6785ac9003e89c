import { anIstio } from "../testing";
import type { GoldenMesh } from "./golden-mesh";

const BY_SERVER = { reporter: "destination" };
const PLAINTEXT = { reporter: "destination", connection_security_policy: "none" };
const GRPC = { request_protocol: "grpc", grpc_response_status: "0" };

/** Meshes of sidecars. */
export const SIDECAR_MESHES: readonly GoldenMesh[] = [
  {
    title: "both ends report the same requests",
    services: ["shop/web", "shop/cart"],
    workloads: ["shop/web-v1", "shop/cart-v1"],
    series: [
      { metric: "requests", from: "shop/web-v1", to: "shop/cart-v1", perSecond: 38 },
      {
        metric: "requests",
        from: "shop/web-v1",
        to: "shop/cart-v1",
        perSecond: 2,
        labels: { response_code: "503", response_flags: "UC" },
      },
      {
        metric: "requests",
        from: "shop/web-v1",
        to: "shop/cart-v1",
        perSecond: 38,
        labels: BY_SERVER,
      },
      { metric: "durations", from: "shop/web-v1", to: "shop/cart-v1", perSecond: 4000 },
      {
        metric: "durations",
        from: "shop/web-v1",
        to: "shop/cart-v1",
        perSecond: 3000,
        labels: BY_SERVER,
      },
      { metric: "payload", from: "shop/web-v1", to: "shop/cart-v1", perSecond: 90_000 },
    ],
    graphs: {
      versionedApp: [
        "shop/cart (service) failing 1/1 ready",
        "shop/web (service) healthy 1/1 ready",
        "shop/web -> shop/cart 40/s, 5.0 %, 503 UC, mean 100 ms, payload 90 kB/s, mtls 100 %, failing",
      ],
      workload: [
        "shop/cart-v1 (workload) failing 1/1 ready",
        "shop/web-v1 (workload) healthy 1/1 ready",
        "shop/web-v1 -> shop/cart-v1 40/s, 5.0 %, 503 UC, mean 100 ms, payload 90 kB/s, mtls 100 %, failing",
      ],
    },
  },
  {
    title: "gRPC: its own status decides, not HTTP's 200",
    services: ["shop/web", "shop/cart"],
    workloads: ["shop/web-v1", "shop/cart-v1"],
    series: [
      { metric: "requests", from: "shop/web-v1", to: "shop/cart-v1", perSecond: 90, labels: GRPC },
      {
        metric: "requests",
        from: "shop/web-v1",
        to: "shop/cart-v1",
        perSecond: 6,
        labels: { ...GRPC, grpc_response_status: "5" },
      },
      {
        metric: "requests",
        from: "shop/web-v1",
        to: "shop/cart-v1",
        perSecond: 4,
        labels: { ...GRPC, grpc_response_status: "14", response_flags: "UF" },
      },
      {
        metric: "requests",
        from: "shop/web-v1",
        to: "shop/cart-v1",
        perSecond: 96,
        labels: { ...GRPC, ...BY_SERVER },
      },
    ],
    graphs: {
      app: [
        "shop/cart (service) degraded 1/1 ready",
        "shop/web (service) healthy 1/1 ready",
        "shop/web -> shop/cart 100/s, 4.0 %, 14 UF, mtls 100 %, degraded",
      ],
    },
  },
  {
    title: "TCP has bytes and no requests; a workload may have both",
    services: ["shop/cart", "data/db"],
    workloads: ["shop/cart-v1", "data/db-v1"],
    series: [
      { metric: "tcpSent", from: "shop/cart-v1", to: "data/db-v1", perSecond: 2_000_000 },
      { metric: "tcpReceived", from: "shop/cart-v1", to: "data/db-v1", perSecond: 100_000 },
      {
        metric: "tcpSent",
        from: "shop/cart-v1",
        to: "data/db-v1",
        perSecond: 2_000_000,
        labels: BY_SERVER,
      },
      { metric: "requests", from: "shop/cart-v1", to: "data/db-v1", perSecond: 1 },
      {
        metric: "requests",
        from: "shop/cart-v1",
        to: "data/db-v1",
        perSecond: 1,
        labels: BY_SERVER,
      },
    ],
    graphs: {
      workload: [
        "data/db-v1 (workload) healthy 1/1 ready",
        "shop/cart-v1 (workload) healthy 1/1 ready",
        "shop/cart-v1 -> data/db-v1 1.0/s, tcp 2.0 MB/s, mtls 100 %, healthy",
      ],
    },
  },
  {
    title: "clients without a proxy are known by the server's report alone",
    services: ["shop/cart"],
    workloads: ["shop/cart-v1"],
    series: [
      {
        metric: "requests",
        from: "unknown/unknown",
        to: "shop/cart-v1",
        perSecond: 5,
        labels: PLAINTEXT,
      },
      {
        metric: "requests",
        from: "legacy/batch",
        to: "shop/cart-v1",
        perSecond: 3,
        labels: PLAINTEXT,
      },
      { metric: "requests", from: "shop/cart-v1", to: "legacy/batch", perSecond: 0 },
    ],
    graphs: {
      versionedApp: [
        "legacy/batch (service) idle",
        "shop/cart (service) healthy 1/1 ready",
        "unknown (unknown) healthy",
        "legacy/batch -> shop/cart 3.0/s, mtls 0 %, by destination, healthy",
        "shop/cart -> legacy/batch 0/s, mtls ?, idle",
        "unknown -> shop/cart 5.0/s, mtls 0 %, by destination, healthy",
      ],
    },
  },
  {
    title: "mTLS mixed: some clients in plaintext, by the server's word",
    services: ["shop/web", "shop/cart"],
    workloads: ["shop/web-v1", "shop/web-v2", "shop/cart-v1"],
    series: [
      { metric: "requests", from: "shop/web-v1", to: "shop/cart-v1", perSecond: 30 },
      {
        metric: "requests",
        from: "shop/web-v1",
        to: "shop/cart-v1",
        perSecond: 30,
        labels: BY_SERVER,
      },
      { metric: "requests", from: "shop/web-v2", to: "shop/cart-v1", perSecond: 10 },
      {
        metric: "requests",
        from: "shop/web-v2",
        to: "shop/cart-v1",
        perSecond: 10,
        labels: PLAINTEXT,
      },
    ],
    graphs: {
      versionedApp: [
        "shop/cart (service) healthy 1/1 ready",
        "shop/web (service) healthy 2/2 ready",
        "  v1 – healthy",
        "  v2 – healthy",
        "shop/web@v1 -> shop/cart 30/s, mtls 100 %, healthy",
        "shop/web@v2 -> shop/cart 10/s, mtls 0 %, healthy",
      ],
      app: [
        "shop/cart (service) healthy 1/1 ready",
        "shop/web (service) healthy 2/2 ready",
        "  v1 – healthy",
        "  v2 – healthy",
        "shop/web -> shop/cart 40/s, mtls 75 %, healthy",
      ],
    },
  },
  {
    title: "versions with weights, a fault, and a policy",
    services: ["shop/web", "shop/reviews"],
    workloads: ["shop/web-v1", "shop/reviews-v1", "shop/reviews-v2", "shop/reviews-v10"],
    objects: [
      anIstio("VirtualService", "shop/reviews", {
        hosts: ["reviews"],
        http: [
          {
            fault: { abort: { httpStatus: 500, percentage: { value: 1 } } },
            route: [
              { destination: { host: "reviews", subset: "v1" }, weight: 90 },
              { destination: { host: "reviews", subset: "v2" }, weight: 10 },
            ],
          },
        ],
      }),
      anIstio("DestinationRule", "shop/reviews", {
        host: "reviews.shop.svc.cluster.local",
        subsets: ["v1", "v2", "v10"].map((version) => ({ name: version, labels: { version } })),
      }),
      anIstio("AuthorizationPolicy", "shop/reviews", {
        selector: { matchLabels: { app: "reviews" } },
        rules: [{}],
      }),
    ],
    series: [
      { metric: "requests", from: "shop/web-v1", to: "shop/reviews-v1", perSecond: 88 },
      { metric: "requests", from: "shop/web-v1", to: "shop/reviews-v2", perSecond: 12 },
      { metric: "p95", from: "shop/web-v1", to: "shop/reviews-v2", perSecond: 120 },
    ],
    graphs: {
      versionedApp: [
        "shop/reviews (service) healthy 3/3 ready [canary virtual-service destination-rule fault authorization]",
        "  v1 88 % of 90 % healthy",
        "  v2 12 % of 10 % healthy canary",
        "  v10 0 % of 0 % idle",
        "shop/web (service) healthy 1/1 ready",
        "shop/web -> shop/reviews@v1 88/s, mtls ?, healthy",
        "shop/web -> shop/reviews@v2 12/s, p95 120 ms, mtls ?, healthy",
      ],
      app: [
        "shop/reviews (service) healthy 3/3 ready [canary virtual-service destination-rule fault authorization]",
        "  v1 88 % of 90 % healthy",
        "  v2 12 % of 10 % healthy canary",
        "  v10 0 % of 0 % idle",
        "shop/web (service) healthy 1/1 ready",
        "shop/web -> shop/reviews 100/s, mtls ?, healthy",
      ],
      workload: [
        "shop/reviews-v1 (workload) healthy 1/1 ready [virtual-service destination-rule fault authorization]",
        "shop/reviews-v10 (workload) idle 1/1 ready [virtual-service destination-rule fault authorization]",
        "shop/reviews-v2 (workload) healthy 1/1 ready [virtual-service destination-rule fault authorization]",
        "shop/web-v1 (workload) healthy 1/1 ready",
        "shop/web-v1 -> shop/reviews-v1 88/s, mtls ?, healthy",
        "shop/web-v1 -> shop/reviews-v2 12/s, p95 120 ms, mtls ?, healthy",
      ],
      service: [
        "shop/reviews (service) healthy 3/3 ready [canary virtual-service destination-rule fault authorization]",
        "  v1 88 % of 90 % healthy",
        "  v2 12 % of 10 % healthy canary",
        "  v10 0 % of 0 % idle",
        "shop/web (service) healthy 1/1 ready",
        "shop/web -> shop/reviews 100/s, mtls ?, healthy",
      ],
    },
  },
];
