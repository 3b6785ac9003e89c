import { envoyPatches } from "../facts/envoy-patches";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "envoy-filter-remove-ignored",
  code: "IST0154",
  aliases: [],
  level: "Error",
  kinds: ["EnvoyFilter"],
  reads: ["EnvoyFilter"],
  title: "A patch removes a route where none can be removed",
  why: "istiod ignores REMOVE on route configurations and HTTP routes.",
  fix: "Change the VirtualService that the route comes from.",
  examples: {
    bad: `
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: { name: lua, namespace: shop }
spec:
  configPatches:
  - { applyTo: HTTP_ROUTE, patch: { operation: REMOVE } }`,
    good: `
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: { name: lua, namespace: shop }
spec:
  configPatches:
  - { applyTo: HTTP_ROUTE, patch: { operation: MERGE, value: { name: extra } } }`,
  },
  istioctl: { analyzers: ["envoyfilter.EnvoyPatchAnalyzer"] },

  *check({ object }, mesh) {
    for (const { fault, operation, value } of mesh.derive(envoyPatches).get(object) ?? []) {
      if (fault !== "remove-ignored") continue;
      yield {
        path: operation.path,
        message: `istiod ignores REMOVE on route configurations and HTTP routes.`,
        istioctl: {
          message:
            "The REMOVE operation will be ignored when applyTo is set to ROUTE_CONFIGURATION, or HTTP_ROUTE.",
          at: value,
        },
      };
    }
  },
});
