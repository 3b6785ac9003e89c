import { Topology } from "../topology";

const http = (name: string, namespace: string, port = 9080) => ({
  name,
  namespace,
  selector: { app: name },
  ports: [{ name: "http", port, targetPort: 9080 }],
});

const subsets = (name: string, versions: readonly string[]) => `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: ${name}, namespace: bookinfo }
spec:
  host: ${name}
  subsets:
${versions.map((version) => `    - { name: ${version}, labels: { version: ${version} } }`).join("\n")}
---`;

/**
 * The book shop with a gateway at each side, a TCP service in two versions, a second namespace
 * with identities of its own, a workload without sidecar and a host outside the mesh.
 */
export const topology = Topology.parse({
  name: "bookinfo",
  namespaces: [
    { name: "bookinfo", injected: true },
    { name: "bank", injected: true },
    { name: "legacy", injected: false },
    { name: "istio-ingress", injected: false },
  ],
  workloads: [
    {
      name: "productpage-v1",
      namespace: "bookinfo",
      app: "productpage",
      http: [9080],
      calls: ["http://details:9080/details/0", "http://reviews:9080/reviews/0"],
    },
    {
      name: "details-v1",
      namespace: "bookinfo",
      app: "details",
      http: [9080],
      calls: ["http://api.external.test/isbn"],
    },
    { name: "details-v2", namespace: "bookinfo", app: "details", version: "v2", http: [9080] },
    { name: "reviews-v1", namespace: "bookinfo", app: "reviews", http: [9080] },
    {
      name: "reviews-v2",
      namespace: "bookinfo",
      app: "reviews",
      version: "v2",
      http: [9080],
      calls: ["http://ratings:9080/ratings/0"],
    },
    {
      name: "reviews-v3",
      namespace: "bookinfo",
      app: "reviews",
      version: "v3",
      http: [9080],
      calls: ["http://ratings:9080/ratings/0"],
    },
    { name: "ratings-v1", namespace: "bookinfo", app: "ratings", http: [9080] },
    { name: "tcp-echo-v1", namespace: "bookinfo", app: "tcp-echo", tcp: [9000] },
    { name: "tcp-echo-v2", namespace: "bookinfo", app: "tcp-echo", version: "v2", tcp: [9000] },
    { name: "payments-v1", namespace: "bank", app: "payments", http: [9080] },
    { name: "teller-v1", namespace: "bank", app: "teller", http: [9080] },
    { name: "audit-v1", namespace: "legacy", app: "audit", proxy: "none", http: [9080] },
    {
      name: "istio-ingressgateway",
      namespace: "istio-ingress",
      app: "istio-ingressgateway",
      labels: { istio: "ingressgateway" },
      proxy: "router",
    },
    {
      name: "istio-egressgateway",
      namespace: "istio-ingress",
      app: "istio-egressgateway",
      labels: { istio: "egressgateway" },
      proxy: "router",
    },
  ],
  services: [
    http("productpage", "bookinfo"),
    http("details", "bookinfo"),
    http("reviews", "bookinfo"),
    http("ratings", "bookinfo"),
    {
      name: "tcp-echo",
      namespace: "bookinfo",
      selector: { app: "tcp-echo" },
      ports: [{ name: "tcp", port: 9000, targetPort: 9000 }],
    },
    http("payments", "bank", 8080),
    http("teller", "bank", 80),
    http("audit", "legacy", 80),
    {
      name: "istio-ingressgateway",
      namespace: "istio-ingress",
      selector: { istio: "ingressgateway" },
      ports: [
        { name: "http2", port: 80, targetPort: 8080 },
        { name: "https", port: 443, targetPort: 8443 },
      ],
    },
    {
      name: "istio-egressgateway",
      namespace: "istio-ingress",
      selector: { istio: "egressgateway" },
      ports: [{ name: "http2", port: 80, targetPort: 8080 }],
    },
  ],
  externalHosts: ["api.external.test"],
  load: [
    {
      name: "visitors",
      from: "outside",
      url: "http://istio-ingressgateway.istio-ingress/productpage",
      host: "bookinfo.example.com",
      rate: 20,
    },
    { name: "tellers", from: "teller-v1", url: "http://payments.bank:8080/accounts", rate: 5 },
  ],
  config: `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: bookinfo-gateway, namespace: bookinfo }
spec:
  selector: { istio: ingressgateway }
  servers:
    - port: { number: 80, name: http, protocol: HTTP }
      hosts: ["bookinfo.example.com"]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: bookinfo, namespace: bookinfo }
spec:
  hosts: ["bookinfo.example.com"]
  gateways: [bookinfo-gateway]
  http:
    - match: [{ uri: { prefix: /productpage } }]
      route: [{ destination: { host: productpage, port: { number: 9080 } } }]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: bookinfo }
spec:
  hosts: [reviews]
  http:
    - name: primary
      route:
        - { destination: { host: reviews, subset: v1 }, weight: 100 }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: details, namespace: bookinfo }
spec:
  hosts: [details]
  http:
    - name: primary
      route:
        - { destination: { host: details, subset: v1 }, weight: 100 }
---${subsets("reviews", ["v1", "v2", "v3"])}${subsets("details", ["v1", "v2"])}
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: external, namespace: bookinfo }
spec:
  hosts: [api.external.test]
  location: MESH_EXTERNAL
  resolution: STATIC
  ports: [{ number: 80, name: http, protocol: HTTP }]
  endpoints: [{ address: 10.244.9.10 }]
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: istio-system }
spec: { mtls: { mode: STRICT } }
`,
});
