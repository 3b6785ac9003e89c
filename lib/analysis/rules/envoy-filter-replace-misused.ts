import { envoyPatches } from "../facts/envoy-patches";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "envoy-filter-replace-misused",
  code: "IST0152",
  aliases: [],
  level: "Error",
  kinds: ["EnvoyFilter"],
  reads: ["EnvoyFilter"],
  title: "A patch replaces what cannot be replaced",
  why: "istiod takes REPLACE for filters and virtual hosts only; anywhere else the patch is ignored.",
  fix: "Use MERGE, or REMOVE and ADD.",
  examples: {
    bad: `
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: { name: lua, namespace: shop }
spec:
  configPatches:
  - { applyTo: CLUSTER, patch: { operation: REPLACE, value: { name: outbound } } }`,
    good: `
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: { name: lua, namespace: shop }
spec:
  configPatches:
  - { applyTo: CLUSTER, patch: { operation: MERGE, value: { connect_timeout: 1s } } }`,
  },
  istioctl: { analyzers: ["envoyfilter.EnvoyPatchAnalyzer"] },

  *check({ object }, mesh) {
    for (const { fault, operation, value } of mesh.derive(envoyPatches).get(object) ?? []) {
      if (fault !== "replace-misused") continue;
      yield {
        path: operation.path,
        message: `REPLACE works on filters and virtual hosts only; istiod ignores this patch.`,
        istioctl: {
          message: "The REPLACE operation is only valid for HTTP_FILTER and NETWORK_FILTER.",
          at: value,
        },
      };
    }
  },
});
