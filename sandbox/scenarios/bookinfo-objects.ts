import type { KubeObject } from "@/lib/k8s/object";
import { gatewayWorkload } from "./gateway-workload";
import { istioSystemObjects } from "./istio-system-objects";
import {
  namespaceObject,
  networking,
  service,
  serviceAccount,
  versions,
  workload,
} from "./object-builders";

const NAMESPACE = "bookinfo";
const PORT = 9080;
const GATEWAY = { namespace: "istio-ingress", name: "istio-ingressgateway" };

const app = (name: string, clusterIP: string): KubeObject =>
  service({
    namespace: NAMESPACE,
    name,
    clusterIP,
    selector: { app: name },
    ports: [{ name: "http", port: PORT, targetPort: PORT }],
  });

const version = (
  name: string,
  of: string,
  annotations: Readonly<Record<string, string>> = {},
): KubeObject =>
  workload({ namespace: NAMESPACE, app: name, version: of, port: PORT, annotations });

/** One route in the mesh that sends everything to version v1. */
const toFirstVersion = (name: string): KubeObject =>
  networking("VirtualService", [NAMESPACE, name], {
    hosts: [name],
    http: [
      { name: "primary", route: [{ destination: { host: name, subset: "v1" }, weight: 100 }] },
    ],
  });

/** The book shop: four services, three versions of reviews, a bad build of details, a gateway. */
export const bookinfoObjects: readonly KubeObject[] = [
  ...istioSystemObjects,
  namespaceObject(GATEWAY.namespace, false),
  ...gatewayWorkload({
    ...GATEWAY,
    istio: "ingressgateway",
    clusterIP: "10.96.0.20",
    type: "LoadBalancer",
    ports: [{ name: "http2", port: 80, targetPort: 8080 }],
  }),
  namespaceObject(NAMESPACE, true),
  ...["productpage", "details", "reviews", "ratings"].map((name) =>
    serviceAccount(NAMESPACE, name),
  ),
  app("productpage", "10.96.0.30"),
  app("details", "10.96.0.31"),
  app("reviews", "10.96.0.32"),
  app("ratings", "10.96.0.33"),
  version("productpage", "v1"),
  version("details", "v1"),
  // A build that nobody should roll out: it fails every request.
  version("details", "v2", { "sandbox.quarterdeck.dev/error-rate": "1" }),
  version("reviews", "v1"),
  version("reviews", "v2"),
  version("reviews", "v3"),
  version("ratings", "v1"),
  networking("Gateway", [NAMESPACE, "bookinfo-gateway"], {
    selector: { istio: "ingressgateway" },
    servers: [
      { port: { number: 80, name: "http", protocol: "HTTP" }, hosts: ["bookinfo.example.com"] },
    ],
  }),
  networking("VirtualService", [NAMESPACE, "bookinfo"], {
    hosts: ["bookinfo.example.com"],
    gateways: ["bookinfo-gateway"],
    http: [
      {
        match: [
          { uri: { exact: "/productpage" } },
          { uri: { prefix: "/static" } },
          { uri: { exact: "/login" } },
          { uri: { exact: "/logout" } },
          { uri: { prefix: "/api/v1/products" } },
        ],
        route: [{ destination: { host: "productpage", port: { number: PORT } } }],
      },
    ],
  }),
  toFirstVersion("reviews"),
  toFirstVersion("details"),
  versions(NAMESPACE, "productpage", ["v1"]),
  versions(NAMESPACE, "details", ["v1", "v2"]),
  versions(NAMESPACE, "reviews", ["v1", "v2", "v3"]),
  versions(NAMESPACE, "ratings", ["v1"]),
  networking("ServiceEntry", [NAMESPACE, "googleapis"], {
    hosts: ["www.googleapis.com"],
    location: "MESH_EXTERNAL",
    resolution: "DNS",
    ports: [{ number: 80, name: "http", protocol: "HTTP" }],
  }),
];
