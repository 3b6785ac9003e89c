import type { GoldenMesh } from "./golden-mesh";

/** Meshes whose names, labels or numbers are not the usual ones. */
export const ODD_MESHES: readonly GoldenMesh[] = [
  {
    title: "two Services before one app are two services and one app",
    services: ["shop/web"],
    workloads: ["shop/web-v1", "shop/cart-v1"],
    objects: ["cart", "cart-canary"].map((name) => ({
      apiVersion: "v1",
      kind: "Service",
      metadata: { namespace: "shop", name },
      spec: { selector: { app: "cart" }, ports: [{ name: "http", port: 80 }] },
    })),
    series: [
      { metric: "requests", from: "shop/web-v1", to: "shop/cart-v1", perSecond: 30 },
      {
        metric: "requests",
        from: "shop/web-v1",
        to: "shop/cart-v1",
        perSecond: 10,
        labels: {
          destination_service: "cart-canary.shop.svc.cluster.local",
          destination_service_name: "cart-canary",
        },
      },
    ],
    graphs: {
      app: [
        "shop/cart (service) healthy 1/1 ready",
        "shop/web (service) healthy 1/1 ready",
        "shop/web -> shop/cart 40/s, mtls ?, healthy",
      ],
      service: [
        "shop/cart (service) healthy 1/1 ready",
        "shop/cart-canary (service) healthy 1/1 ready",
        "shop/web (service) healthy 1/1 ready",
        "shop/web -> shop/cart 30/s, mtls ?, healthy",
        "shop/web -> shop/cart-canary 10/s, mtls ?, healthy",
      ],
      workload: [
        "shop/cart-v1 (workload) healthy 1/1 ready",
        "shop/web-v1 (workload) healthy 1/1 ready",
        "shop/web-v1 -> shop/cart-v1 40/s, mtls ?, healthy",
      ],
    },
  },
  {
    title: "requests that reached nobody, by name and by host",
    services: ["shop/web", "shop/cart"],
    workloads: ["shop/web-v1", "shop/cart-v1"],
    series: [
      { metric: "requests", from: "shop/web-v1", to: "shop/cart-v1", perSecond: 8 },
      {
        metric: "requests",
        from: "shop/web-v1",
        to: "unknown/unknown",
        perSecond: 2,
        labels: {
          response_code: "503",
          response_flags: "UH",
          destination_service: "cart.shop.svc.cluster.local",
          destination_service_name: "cart",
          destination_service_namespace: "shop",
        },
      },
    ],
    graphs: {
      versionedApp: [
        "shop/cart (service) failing 1/1 ready",
        "  v1 80 % healthy",
        "  no pod 20 % failing",
        "shop/web (service) healthy 1/1 ready",
        "shop/web -> shop/cart@ 2.0/s, 100 %, 503 UH, mtls ?, failing",
        "shop/web -> shop/cart@v1 8.0/s, mtls ?, healthy",
      ],
      workload: [
        "service:shop/cart (service) failing",
        "shop/cart-v1 (workload) healthy 1/1 ready",
        "shop/web-v1 (workload) healthy 1/1 ready",
        "shop/web-v1 -> service:shop/cart 2.0/s, 100 %, 503 UH, mtls ?, failing",
        "shop/web-v1 -> shop/cart-v1 8.0/s, mtls ?, healthy",
      ],
      service: [
        "shop/cart (service) failing 1/1 ready",
        "  v1 80 % healthy",
        "  no pod 20 % failing",
        "shop/web (service) healthy 1/1 ready",
        "shop/web -> shop/cart 10/s, 20.0 %, 503 UH, mtls ?, failing",
      ],
    },
  },
  {
    title: "idle: what exists without traffic, and edges at zero",
    services: ["shop/web", "shop/cart", "shop/quiet"],
    workloads: ["shop/web-v1", "shop/cart-v1", "shop/quiet-v1"],
    series: [{ metric: "requests", from: "shop/web-v1", to: "shop/cart-v1", perSecond: 0 }],
    graphs: {
      app: [
        "shop/cart (service) idle 1/1 ready",
        "shop/quiet (service) idle 1/1 ready",
        "shop/web (service) idle 1/1 ready",
        "shop/web -> shop/cart 0/s, mtls ?, idle",
      ],
    },
  },
  {
    title: "labels that are missing or strange, and numbers that are none",
    series: [
      { metric: "requests", from: "shop/web-v1", to: "shop/cart-v1", perSecond: null },
      {
        metric: "requests",
        from: "shop/web-v1",
        to: "shop/pay-v1",
        perSecond: Number.POSITIVE_INFINITY,
      },
      {
        metric: "requests",
        from: 'shop/<b>"x"',
        to: "shop/סל-v1",
        perSecond: 1,
        labels: { response_code: "", response_flags: "" },
      },
      {
        metric: "requests",
        from: "shop/web-v1",
        to: "shop/cart-v1",
        perSecond: 3,
        labels: { reporter: "" },
      },
      {
        metric: "requests",
        from: "shop/web-v1",
        to: "unknown/unknown",
        perSecond: 2,
        labels: {
          destination_service: "gone.shop.svc.cluster.local",
          destination_service_name: "unknown",
          destination_service_namespace: "unknown",
        },
      },
      {
        metric: "requests",
        from: "unknown/unknown",
        to: "unknown/unknown",
        perSecond: 1,
        labels: {
          destination_service: "unknown",
          destination_service_name: "unknown",
          destination_service_namespace: "unknown",
        },
      },
    ],
    graphs: {
      versionedApp: [
        'shop/<b>"x" (service) healthy',
        "shop/cart (service) healthy",
        "shop/gone (service) healthy",
        "shop/web (service) healthy",
        "shop/סל (service) healthy",
        "unknown (unknown) healthy",
        'shop/<b>"x" -> shop/סל 1.0/s, mtls ?, healthy',
        "shop/web -> shop/cart 3.0/s, mtls ?, healthy",
        "shop/web -> shop/gone 2.0/s, mtls ?, healthy",
        "unknown -> unknown 1.0/s, mtls ?, healthy",
      ],
    },
  },
];
