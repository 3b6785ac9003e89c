import { expect, test } from "vitest";
import { customResourceDefinitions } from "@/lib/istio/schemas/custom-resource-definitions";
import type { KubeObject } from "@/lib/k8s/object";
import type { Schema } from "@/lib/k8s/schema";
import { meshView } from "@/lib/mesh/view";
import { analyzeDraft } from "./draft";

interface Version {
  readonly name: string;
  readonly schema: { readonly openAPIV3Schema: Schema };
}

/** The definition of VirtualServices as a cluster may have it, its fields of a route changed. */
function definition(change: (routes: Record<string, Schema>) => void, ...versions: string[]) {
  const found = customResourceDefinitions().find(
    ({ metadata }) => metadata.name === "virtualservices.networking.istio.io",
  );
  const copy = structuredClone(found) as KubeObject & { spec: { versions: readonly Version[] } };
  for (const { schema } of copy.spec.versions) {
    change(schema.openAPIV3Schema.properties?.spec?.properties?.http?.items?.properties ?? {});
  }
  return {
    ...copy,
    spec: {
      ...copy.spec,
      versions: copy.spec.versions.filter(
        ({ name }) => versions.length === 0 || versions.includes(name),
      ),
    },
  };
}

const refusals = (text: string, ...objects: readonly KubeObject[]) =>
  analyzeDraft(text, meshView(objects), { rules: [], namespace: "shop" }).findings.map(
    ({ code, path, line, message }) => `${code} ${path}:${line} ${message}`,
  );
const route = (field: string, version = "v1") => `apiVersion: networking.istio.io/${version}
kind: VirtualService
metadata: { name: a }
spec:
  hosts: [a]
  http:
  - ${field}
    route: [{ destination: { host: a } }]
`;

test("the cluster's own definition decides which fields there are", () => {
  const asShipped = definition(() => undefined);
  expect(refusals(route("timeout: 1s"), asShipped)).toEqual([]);
  expect(refusals(route("hedging: 2"), asShipped)).toEqual([
    expect.stringMatching(/^QD0003 spec\.http\[0\]\.hedging:7 .*hedging/),
  ]);

  const older = definition((routes) => void delete routes["timeout"]);
  expect(refusals(route("timeout: 1s"), older)).toEqual([
    expect.stringMatching(/^QD0003 spec\.http\[0\]\.timeout:7 .*timeout/),
  ]);

  const newer = definition((routes) => void (routes["hedging"] = { type: "integer", maximum: 5 }));
  expect(refusals(route("hedging: 2"), newer)).toEqual([]);
  expect(refusals(route("hedging: 9"), newer)).toEqual([expect.stringContaining("hedging:7")]);
  expect(refusals(route("hedging: lots"), newer)).toEqual([expect.stringContaining("hedging:7")]);
});

test("each version has the schema that the cluster serves for it", () => {
  const two = definition((routes) => void delete routes["timeout"], "v1alpha3", "v1beta1");
  expect(refusals(route("timeout: 1s", "v1beta1"), two)).toHaveLength(1);
  expect(refusals(route("retries: {}", "v1alpha3"), two)).toEqual([]);
  expect(refusals(route("timeout: 1s"), two)).toEqual([
    "QD0003 apiVersion:1 The cluster has no VirtualService of networking.istio.io/v1; it serves v1alpha3, v1beta1.",
  ]);
});
