import fc from "fast-check";
import { expect, it } from "vitest";
import { badDocuments } from "./bad-documents";
import { validateObject } from "./validate-object";
import { parseYaml } from "@/lib/yaml/parse";

const SEEDS = [
  "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: a}\nspec: {hosts: [a], http: [{match: [{uri: {regex: a}}], route: [{destination: {host: a, port: {number: 80}}}]}]}\n",
  "apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {name: a, labels: {a: b}}\nspec: {selector: {matchLabels: {a: b}}, rules: [{from: [{source: {ipBlocks: [10.0.0.0/8]}}], to: [{operation: {paths: [/a]}}]}]}\n",
  "apiVersion: telemetry.istio.io/v1\nkind: Telemetry\nmetadata: {name: a}\nspec: {accessLogging: [{filter: {expression: a}}], tracing: [{customTags: {a: {literal: {value: b}}}}]}\n",
  "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: a}\nspec: {parentRefs: [{name: a}], rules: [{matches: [{path: {value: /a}}], backendRefs: [{name: a, port: 80}]}]}\n",
  "apiVersion: networking.istio.io/v1alpha3\nkind: EnvoyFilter\nmetadata: {name: a}\nspec: {configPatches: [{applyTo: HTTP_FILTER, patch: {operation: MERGE, value: {name: a}}}]}\n",
];

it("answers any mutant of an object, and never throws", () => {
  fc.assert(
    fc.property(fc.constantFrom(...SEEDS), fc.nat(), (text, seed) => {
      const [mutant = ""] = badDocuments([text], { seed, count: 1 });
      for (const { value } of parseYaml(mutant).documents) {
        for (const { message } of validateObject(value).issues) expect(message).not.toBe("");
      }
    }),
    { numRuns: 300 },
  );
});
