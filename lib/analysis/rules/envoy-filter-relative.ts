import { envoyPatches } from "../facts/envoy-patches";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "envoy-filter-relative",
  code: "IST0151",
  aliases: [],
  level: "Warning",
  kinds: ["EnvoyFilter"],
  reads: ["EnvoyFilter"],
  title: "A patch is placed beside another filter and has no priority",
  why: "EnvoyFilters without a priority are applied in an order that depends on their age, so the filter that this one refers to may not be there yet.",
  fix: "Set priority, or use INSERT_FIRST or ADD.",
  examples: {
    bad: `
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: { name: lua, namespace: shop }
spec:
  configPatches:
  - { applyTo: HTTP_FILTER, patch: { operation: INSERT_BEFORE, value: { name: envoy.filters.http.lua } } }`,
    good: `
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: { name: lua, namespace: shop }
spec:
  configPatches:
  - { applyTo: HTTP_FILTER, patch: { operation: INSERT_FIRST, value: { name: envoy.filters.http.lua } } }`,
  },
  istioctl: { analyzers: ["envoyfilter.EnvoyPatchAnalyzer"] },

  *check({ object }, mesh) {
    for (const { fault, operation, value } of mesh.derive(envoyPatches).get(object) ?? []) {
      if (fault !== "relative") continue;
      yield {
        path: operation.path,
        message: `${operation.text ?? "This operation"} depends on what other EnvoyFilters did before, and there is no priority.`,
        istioctl: {
          message:
            "This EnvoyFilter does not have a priority and has a relative patch operation set which can cause the EnvoyFilter not to be applied. Using the INSERT_FIRST of ADD option or setting the priority may help in ensuring the EnvoyFilter is applied correctly.",
          at: value,
        },
      };
    }
  },
});
