import { servedPorts } from "../facts/gateway-proxies";
import { firstKey, selectorText } from "../istioctl/words";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "gateway-port-unserved",
  code: "IST0162",
  aliases: [],
  level: "Warning",
  kinds: ["Gateway"],
  reads: ["Pod", "Service"],
  title: "A Gateway listens on a port that its Service does not have",
  why: "The proxy opens the port, but the Service of the gateway leads no traffic to it.",
  fix: "Add the port to the gateway's Service, or listen on one that it has.",
  examples: {
    bad: `
apiVersion: v1
kind: Pod
metadata: { name: edge-1, namespace: edge, labels: { istio: edge } }
---
apiVersion: v1
kind: Service
metadata: { name: edge, namespace: edge }
spec: { selector: { istio: edge }, ports: [{ port: 80, targetPort: 8080, protocol: TCP }] }
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: edge, namespace: shop }
spec: { selector: { istio: edge }, servers: [{ port: { number: 8443 }, hosts: ["*"] }] }`,
    good: `
apiVersion: v1
kind: Pod
metadata: { name: edge-1, namespace: edge, labels: { istio: edge } }
---
apiVersion: v1
kind: Service
metadata: { name: edge, namespace: edge }
spec: { selector: { istio: edge }, ports: [{ port: 80, targetPort: 8080, protocol: TCP }] }
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: edge, namespace: shop }
spec: { selector: { istio: edge }, servers: [{ port: { number: 80 }, hosts: ["*"] }] }`,
  },
  istioctl: { analyzers: ["gateway.IngressGatewayPortAnalyzer"] },

  *check({ fields }, mesh) {
    const spec = fields.at("spec");
    const selector = spec.at("selector").labels();
    const ports = servedPorts(selector, mesh);
    if (!ports) return;
    for (const server of spec.at("servers").items()) {
      if (!server.at("port").exists) continue;
      const number = server.at("port", "number");
      const port = number.number ?? 0;
      if (ports.has(port)) continue;
      const text = selectorText(selector);
      yield {
        path: number.exists ? number.path : server.at("port").path,
        message: `No Service of the pods ${text || "of the mesh"} leads to port ${port}.`,
        istioctl: {
          message: `The gateway is listening on a target port (port ${port}) that is not defined in the Service associated with its workload instances (Pod selector ${text}). If you need to access the gateway port through the gateway Service, it will not be available.`,
          at: spec.at("selector", firstKey(selector)).path,
        },
      };
    }
  },
});
