import { gatewayApiKind, servedWords } from "../facts/served-versions";
import { defineRule } from "../rule";

const KINDS: ReadonlySet<string> = new Set(["Gateway", "GatewayClass", "HTTPRoute", "GRPCRoute"]);

/** Source: istio istioctl/pkg/precheck, checkGatewayAPIs. */
export const rule = defineRule({
  id: "gateway-api-version-ending",
  code: "IST0172",
  aliases: [],
  level: "Warning",
  kinds: ["CustomResourceDefinition"],
  reads: [],
  title: "A kind of the Gateway API is not served as v1",
  why: "A coming release of Istio reads v1 of these kinds alone. After that upgrade the Gateways and routes of a cluster that does not serve it do nothing.",
  fix: "Install the Gateway API's definitions of release 1.0 or newer (1.1 for GRPCRoute) before the next upgrade of Istio.",
  examples: {
    bad: `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: gateways.gateway.networking.k8s.io }
spec:
  group: gateway.networking.k8s.io
  names: { kind: Gateway, plural: gateways }
  versions: [{ name: v1beta1, served: true }]`,
    good: `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: gateways.gateway.networking.k8s.io }
spec:
  group: gateway.networking.k8s.io
  names: { kind: Gateway, plural: gateways }
  versions: [{ name: v1, served: true }, { name: v1beta1, served: true }]`,
  },

  *check(subject) {
    const found = gatewayApiKind(subject);
    if (!found || !KINDS.has(found.kind) || found.served.includes("v1")) return;
    yield {
      path: ["spec", "versions"],
      message: `The cluster serves ${servedWords(found)} of ${found.kind}, not v1.`,
    };
  },
});
