import type { KubeObject } from "@/lib/k8s/object";
import { aWorkload } from "../testing";
import type { GoldenMesh } from "./golden-mesh";

const ZTUNNEL = { app: "ztunnel", request_protocol: "tcp" };
const ZTUNNEL_SERVER = { ...ZTUNNEL, reporter: "destination" };
const WAYPOINT = { reporter: "waypoint", connection_security_policy: "mutual_tls" };
const CART = {
  destination_service: "cart.shop.svc.cluster.local",
  destination_service_name: "cart",
  destination_service_namespace: "shop",
};

/** Pods that ztunnel carries. */
const captured = (path: string): KubeObject[] =>
  aWorkload(path).map((pod) => ({
    ...pod,
    metadata: { ...pod.metadata, annotations: { "ambient.istio.io/redirection": "enabled" } },
    spec: { containers: [{ name: "app" }] },
  }));

const waypoint = aWorkload("shop/waypoint", {
  labels: {
    "gateway.istio.io/managed": "istio.io-mesh-controller",
    "gateway.networking.k8s.io/gateway-name": "waypoint",
  },
});

/** Meshes without sidecars, or with some. */
export const AMBIENT_MESHES: readonly GoldenMesh[] = [
  {
    title: "ambient without a waypoint: bytes by both ztunnels, counted once",
    services: ["shop/web", "shop/cart"],
    objects: [...captured("shop/web-v1"), ...captured("shop/cart-v1")],
    series: [
      {
        metric: "tcpSent",
        from: "shop/web-v1",
        to: "shop/cart-v1",
        perSecond: 900_000,
        labels: ZTUNNEL,
      },
      {
        metric: "tcpReceived",
        from: "shop/web-v1",
        to: "shop/cart-v1",
        perSecond: 20_000,
        labels: ZTUNNEL,
      },
      {
        metric: "tcpSent",
        from: "shop/web-v1",
        to: "shop/cart-v1",
        perSecond: 900_000,
        labels: ZTUNNEL_SERVER,
      },
      {
        metric: "tcpReceived",
        from: "shop/web-v1",
        to: "shop/cart-v1",
        perSecond: 20_000,
        labels: ZTUNNEL_SERVER,
      },
    ],
    graphs: {
      versionedApp: [
        "shop/cart (service) healthy 1/1 ready",
        "shop/web (service) healthy 1/1 ready",
        "shop/web -> shop/cart tcp 900 kB/s, mtls 100 %, healthy",
      ],
    },
  },
  {
    title: "ambient with a waypoint: its requests, and not the bytes on the way through it",
    services: ["shop/web", "shop/cart"],
    objects: [...captured("shop/web-v1"), ...captured("shop/cart-v1"), ...waypoint],
    series: [
      {
        metric: "requests",
        from: "shop/web-v1",
        to: "shop/cart-v1",
        perSecond: 20,
        labels: WAYPOINT,
      },
      {
        metric: "tcpSent",
        from: "shop/web-v1",
        to: "shop/waypoint",
        perSecond: 900_000,
        labels: { ...ZTUNNEL, ...CART },
      },
      {
        metric: "tcpSent",
        from: "shop/web-v1",
        to: "shop/cart-v1",
        perSecond: 900_000,
        labels: ZTUNNEL,
      },
      {
        metric: "tcpSent",
        from: "shop/waypoint",
        to: "shop/cart-v1",
        perSecond: 900_000,
        labels: ZTUNNEL_SERVER,
      },
    ],
    graphs: {
      versionedApp: [
        "shop/cart (service) healthy 1/1 ready",
        "shop/web (service) healthy 1/1 ready",
        "shop/web -> shop/cart 20/s, mtls 100 %, by waypoint, healthy",
      ],
      workload: [
        "shop/cart-v1 (workload) healthy 1/1 ready",
        "shop/web-v1 (workload) healthy 1/1 ready",
        "shop/web-v1 -> shop/cart-v1 20/s, mtls 100 %, by waypoint, healthy",
      ],
    },
  },
  {
    title: "a sidecar counts itself what it sends through a waypoint",
    services: ["shop/web", "shop/cart"],
    workloads: ["shop/web-v1"],
    objects: [...captured("shop/cart-v1"), ...waypoint],
    series: [
      { metric: "requests", from: "shop/web-v1", to: "shop/cart-v1", perSecond: 20 },
      {
        metric: "requests",
        from: "shop/web-v1",
        to: "shop/cart-v1",
        perSecond: 20,
        labels: WAYPOINT,
      },
      {
        metric: "tcpSent",
        from: "shop/web-v1",
        to: "shop/cart-v1",
        perSecond: 900,
        labels: ZTUNNEL_SERVER,
      },
    ],
    graphs: {
      app: [
        "shop/cart (service) healthy 1/1 ready",
        "shop/web (service) healthy 1/1 ready",
        "shop/web -> shop/cart 20/s, mtls 100 %, healthy",
      ],
    },
  },
  {
    title: "a workload half with sidecars and half without: both halves count",
    services: ["shop/web", "shop/cart"],
    workloads: ["shop/web-v1"],
    objects: [
      ...captured("shop/web-v1").map((pod) => ({
        ...pod,
        metadata: { ...pod.metadata, name: "web-v1-abc-9" },
      })),
      ...captured("shop/cart-v1"),
    ],
    series: [
      { metric: "requests", from: "shop/web-v1", to: "shop/cart-v1", perSecond: 20 },
      {
        metric: "requests",
        from: "shop/web-v1",
        to: "shop/cart-v1",
        perSecond: 5,
        labels: WAYPOINT,
      },
    ],
    graphs: {
      app: [
        "shop/cart (service) healthy 1/1 ready",
        "shop/web (service) healthy 2/2 ready",
        "shop/web -> shop/cart 25/s, mtls 100 %, by source and waypoint, healthy",
      ],
    },
  },
  {
    title: "a client of ztunnel before a sidecar: the sidecar's requests, not ztunnel's bytes",
    services: ["shop/web", "shop/cart"],
    workloads: ["shop/cart-v1"],
    objects: captured("shop/web-v1"),
    series: [
      {
        metric: "requests",
        from: "shop/web-v1",
        to: "shop/cart-v1",
        perSecond: 7,
        labels: { reporter: "destination" },
      },
      {
        metric: "tcpSent",
        from: "shop/web-v1",
        to: "shop/cart-v1",
        perSecond: 900,
        labels: ZTUNNEL,
      },
    ],
    graphs: {
      versionedApp: [
        "shop/cart (service) healthy 1/1 ready",
        "shop/web (service) healthy 1/1 ready",
        "shop/web -> shop/cart 7.0/s, mtls 100 %, by destination, healthy",
      ],
    },
  },
];
