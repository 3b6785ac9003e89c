import { Topology } from "../topology";

/** Three pods: the least that shows routing by version. */
export const topology = Topology.parse({
  name: "small",
  namespaces: [{ name: "shop", injected: true }],
  workloads: [
    {
      name: "client-v1",
      namespace: "shop",
      app: "client",
      http: [9080],
      calls: ["http://reviews.shop:9080/"],
    },
    { name: "reviews-v1", namespace: "shop", app: "reviews", http: [9080] },
    { name: "reviews-v2", namespace: "shop", app: "reviews", version: "v2", http: [9080] },
  ],
  services: [
    {
      name: "client",
      namespace: "shop",
      selector: { app: "client" },
      ports: [{ name: "http", port: 80, targetPort: 9080 }],
    },
    {
      name: "reviews",
      namespace: "shop",
      selector: { app: "reviews" },
      ports: [{ name: "http", port: 9080, targetPort: 9080 }],
    },
  ],
  load: [{ name: "browse", from: "client-v1", url: "http://reviews.shop:9080/", rate: 10 }],
  config: `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: shop }
spec:
  host: reviews
  subsets:
    - { name: v1, labels: { version: v1 } }
    - { name: v2, labels: { version: v2 } }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec:
  hosts: [reviews]
  http:
    - name: primary
      route:
        - { destination: { host: reviews, subset: v1 }, weight: 100 }
`,
});
