import { expect, test } from "vitest";
import { reported } from "../testing";
import { rule as duplicate } from "./peer-authentication-duplicate";
import { rule as overlap } from "./peer-authentication-overlap";

const pa = (name: string, spec: string, meta = "namespace: shop") =>
  `apiVersion: security.istio.io/v1\nkind: PeerAuthentication\nmetadata: {name: ${name}, ${meta}}\nspec: {${spec}}`;
const POD =
  "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: shop, labels: {app: a, version: v1}}";

test("one without a selector for each namespace is fine, two are not", () => {
  expect(reported(duplicate, pa("a", ""), pa("b", "", "namespace: other"))).toEqual([]);
  expect(reported(duplicate, pa("a", ""), pa("b", "selector: {}"))).toHaveLength(2);
  expect(reported(duplicate, pa("a", ""), pa("b", "selector: {matchLabels: {app: a}}"))).toEqual(
    [],
  );
});

test("the oldest counts, then the first by name", () => {
  const dated = pa("z", "", "namespace: shop, creationTimestamp: '2021-01-01T00:00:00Z'");
  expect(reported(duplicate, pa("a", ""), dated)).toEqual([
    "PeerAuthentication a spec: z and this one apply to all workloads of shop; z is the oldest, so this one has no effect.",
    "PeerAuthentication z spec: a and this one apply to all workloads of shop; this one is the oldest, so the others have no effect.",
  ]);
});

test("two selectors get in each other's way where they select the same workload", () => {
  const [app, version] = ["{app: a}", "{version: v1}"].map(
    (labels) => `selector: {matchLabels: ${labels}}`,
  );
  expect(reported(overlap, POD, pa("a", app!), pa("b", version!))).toHaveLength(2);
  expect(reported(overlap, pa("a", app!), pa("b", version!))).toEqual([]);
  expect(reported(overlap, POD, pa("a", app!), pa("b", version!, "namespace: other"))).toEqual([]);
  expect(reported(overlap, POD, pa("a", app!), pa("b", ""))).toEqual([]);
});
