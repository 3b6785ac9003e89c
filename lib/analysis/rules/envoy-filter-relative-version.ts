import { envoyPatches } from "../facts/envoy-patches";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "envoy-filter-relative-version",
  code: "IST0155",
  aliases: [],
  level: "Warning",
  kinds: ["EnvoyFilter"],
  reads: ["EnvoyFilter"],
  title: "A patch refers to a filter that is there for some proxy versions only",
  why: "During an upgrade proxies of both versions run, and in one of them the filter is missing, so the patch is not applied there.",
  fix: "Set priority, or use INSERT_FIRST or ADD.",
  examples: {
    bad: `
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: { name: lua, namespace: shop }
spec:
  configPatches:
  - applyTo: HTTP_FILTER
    match: { proxy: { proxyVersion: "1.30.*" } }
    patch: { operation: INSERT_FIRST, value: { name: envoy.filters.http.lua } }
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
      if (fault !== "relative-with-version") continue;
      yield {
        path: operation.path,
        message: `${operation.text ?? "This operation"} refers to a filter that another patch adds for some proxy versions only.`,
        istioctl: {
          message:
            "This EnvoyFilter does not have a priority and has a relative patch operation (NSTERT_BEFORE/AFTER, REPLACE, MERGE, DELETE) and proxyVersion set which can cause the EnvoyFilter not to be applied during an upgrade. Using the INSERT_FIRST or ADD option or setting the priority may help in ensuring the EnvoyFilter is applied correctly.",
          at: value,
        },
      };
    }
  },
});
