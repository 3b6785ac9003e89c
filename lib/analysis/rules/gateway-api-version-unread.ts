import { gatewayApiKind, servedWords } from "../facts/served-versions";
import { defineRule } from "../rule";

const KINDS: ReadonlySet<string> = new Set([
  "Gateway",
  "GatewayClass",
  "HTTPRoute",
  "ReferenceGrant",
]);

/** Source: istio istioctl/pkg/precheck, checkGatewayAPIs. */
export const rule = defineRule({
  id: "gateway-api-version-unread",
  code: "IST0156",
  aliases: [],
  level: "Error",
  kinds: ["CustomResourceDefinition"],
  reads: [],
  title: "A kind of the Gateway API is served in no version that Istio reads",
  why: "istiod reads v1beta1 and v1 of these kinds. A cluster that serves only older ones has the objects, but no Gateway of them opens a port and no route of them leads anywhere. istioctl asks for v1beta1 alone; a cluster that serves only v1 is in order.",
  fix: "Install the Gateway API's definitions of a newer release.",
  examples: {
    bad: `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: httproutes.gateway.networking.k8s.io }
spec:
  group: gateway.networking.k8s.io
  names: { kind: HTTPRoute, plural: httproutes }
  versions: [{ name: v1alpha2, served: true }, { name: v1beta1, served: false }]`,
    good: `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: httproutes.gateway.networking.k8s.io }
spec:
  group: gateway.networking.k8s.io
  names: { kind: HTTPRoute, plural: httproutes }
  versions: [{ name: v1, served: true }]`,
  },

  *check(subject) {
    const found = gatewayApiKind(subject);
    if (!found || !KINDS.has(found.kind)) return;
    if (found.served.includes("v1beta1") || found.served.includes("v1")) return;
    yield {
      path: ["spec", "versions"],
      message: `The cluster serves ${servedWords(found)} of ${found.kind}; istiod reads v1beta1 and v1, so these objects do nothing.`,
    };
  },
});
