import { workloads, WORKLOAD_KINDS } from "../facts/workloads";
import { labelText } from "../facts/label-text";
import { podsWith } from "../facts/pods";
import { isServedSelector } from "../istioctl/gateway-conflicts";
import { firstKey, quoted, selectorText } from "../istioctl/words";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "gateway-selector-unmatched",
  code: "IST0101",
  aliases: ["KIA0302"],
  level: "Error",
  kinds: ["Gateway"],
  reads: WORKLOAD_KINDS,
  title: "A Gateway selects no workload",
  why: "The Gateway configures the proxies that its selector matches. Without one nothing listens.",
  fix: "Use labels that the pods of the gateway have, or deploy the gateway.",
  examples: {
    bad: `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: ingress, namespace: shop }
spec: { selector: { istio: ingress } }`,
    good: `
apiVersion: v1
kind: Pod
metadata: { name: ingress-1, namespace: edge, labels: { istio: ingress } }
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: ingress, namespace: shop }
spec: { selector: { istio: ingress } }`,
  },

  istioctl: {
    analyzers: [
      "gateway.IngressGatewayPortAnalyzer",
      "gateway.SecretAnalyzer",
      "gateway.ConflictingGatewayAnalyzer",
    ],
    *check({ fields }, mesh) {
      const spec = fields.at("spec");
      const labels = spec.at("selector").labels();
      const [pod] = podsWith(mesh, labels);
      const analyzers = [
        ...(pod ? [] : ["gateway.IngressGatewayPortAnalyzer"]),
        // A pod without a namespace counts for none where its Secrets are looked for.
        ...(pod?.metadata.namespace ? [] : ["gateway.SecretAnalyzer"]),
        ...(isServedSelector(spec, mesh) ? [] : ["gateway.ConflictingGatewayAnalyzer"]),
      ];
      if (analyzers.length === 0) return;
      yield {
        message: `Referenced selector not found: ${quoted(selectorText(labels))}`,
        at: spec.at("selector", firstKey(labels)).path,
        analyzers,
      };
    },
  },

  *check({ fields }, mesh) {
    const selector = fields.at("spec", "selector");
    const labels = selector.labels();
    if (Object.keys(labels).length === 0) return;
    // istiod looks in all namespaces unless it was told to keep gateways to their own.
    if (workloads(mesh).select(labels)) return;
    yield {
      path: selector.path,
      message: `No workload has the labels ${labelText(labels)}; no proxy opens the ports of this Gateway.`,
    };
  },
});
