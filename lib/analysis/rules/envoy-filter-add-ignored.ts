import { envoyPatches } from "../facts/envoy-patches";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "envoy-filter-add-ignored",
  code: "IST0153",
  aliases: [],
  level: "Error",
  kinds: ["EnvoyFilter"],
  reads: ["EnvoyFilter"],
  title: "A patch adds a route where none can be added",
  why: "istiod ignores ADD on route configurations and HTTP routes.",
  fix: "Use MERGE on the route, or INSERT_FIRST.",
  examples: {
    bad: `
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: { name: lua, namespace: shop }
spec:
  configPatches:
  - { applyTo: HTTP_ROUTE, patch: { operation: ADD, value: { name: extra } } }`,
    good: `
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: { name: lua, namespace: shop }
spec:
  configPatches:
  - { applyTo: VIRTUAL_HOST, patch: { operation: ADD, value: { name: extra } } }`,
  },
  istioctl: { analyzers: ["envoyfilter.EnvoyPatchAnalyzer"] },

  *check({ object }, mesh) {
    for (const { fault, operation, value } of mesh.derive(envoyPatches).get(object) ?? []) {
      if (fault !== "add-ignored") continue;
      yield {
        path: operation.path,
        message: `istiod ignores ADD on route configurations and HTTP routes.`,
        istioctl: {
          message:
            "The ADD operation will be ignored when applyTo is set to ROUTE_CONFIGURATION, or HTTP_ROUTE.",
          at: value,
        },
      };
    }
  },
});
