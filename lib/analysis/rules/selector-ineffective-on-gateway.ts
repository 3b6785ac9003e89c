import { podsWith } from "../facts/pods";
import { selectorField } from "../facts/selectors";
import { defineRule } from "../rule";

const GATEWAY = "gateway.networking.k8s.io/gateway-name";

export const rule = defineRule({
  id: "selector-ineffective-on-gateway",
  code: "IST0166",
  aliases: [],
  level: "Warning",
  kinds: ["AuthorizationPolicy", "RequestAuthentication", "Telemetry", "WasmPlugin"],
  reads: ["Pod"],
  title: "A policy selects a Gateway API gateway by its labels",
  why: "Waypoints read only policies that name them, and selecting gateways by label is going away.",
  fix: "Name the Gateway in targetRefs instead of the selector.",
  examples: {
    bad: `
apiVersion: v1
kind: Pod
metadata: { name: edge-1, namespace: shop, labels: { gateway.networking.k8s.io/gateway-name: edge } }
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: edge, namespace: shop }
spec: { selector: { matchLabels: { gateway.networking.k8s.io/gateway-name: edge } } }`,
    good: `
apiVersion: v1
kind: Pod
metadata: { name: edge-1, namespace: shop, labels: { gateway.networking.k8s.io/gateway-name: edge } }
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: edge, namespace: shop }
spec: { targetRefs: [{ group: gateway.networking.k8s.io, kind: Gateway, name: edge }] }`,
  },
  istioctl: { analyzers: ["k8sgateway.SelectorAnalyzer"] },

  *check(subject, mesh) {
    const spec = subject.fields.at("spec");
    if (spec.at("targetRef").exists || !spec.at("selector").exists) return;
    const selector = selectorField(subject);
    const pods = podsWith(mesh, selector.labels(), subject.namespace);
    const gateways = pods.flatMap(({ metadata }) => metadata.labels?.[GATEWAY] ?? []);
    for (const gateway of new Set(gateways)) {
      yield {
        path: selector.exists ? selector.path : spec.at("selector").path,
        message: `The selector takes pods of the Gateway ${gateway}; only targetRefs are sure to reach it.`,
        istioctl: {
          message: `Ineffective selector on Kubernetes Gateway ${gateway}. Use the TargetRef field instead.`,
        },
      };
    }
  },
});
