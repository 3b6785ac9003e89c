import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { KubeObject } from "@/lib/k8s/object";
import type { MeshIndex } from "./mesh-index";
import { anObject } from "./testing";
import { keepFact } from "./kept-fact";
import {
  applyChanges,
  changesBetween,
  combinedView,
  type MeshChange,
  type MeshView,
  meshView,
} from "./view";

/** Objects by each of their labels, and one entry twice. */
const BY_LABEL: MeshIndex<string> = {
  kinds: ["Pod", "Service"],
  entries: ({ metadata }, kind) =>
    Object.entries(metadata.labels ?? {}).flatMap(([key, value]) => [
      [`${key}=${value}`, `${kind} ${metadata.name}`] as const,
      [`${key}=${value}`, `again ${metadata.name}`] as const,
    ]),
};

const labelled = (
  kind: "Pod" | "Service" | "Gateway",
  name: string,
  labels: Record<string, string>,
): KubeObject => ({
  ...anObject(kind, `shop/${name}`),
  metadata: { name, namespace: "shop", labels },
});

const change: fc.Arbitrary<MeshChange> = fc
  .record({
    type: fc.constantFrom("put" as const, "put" as const, "delete" as const),
    kind: fc.constantFrom("Pod" as const, "Service" as const),
    name: fc.constantFrom("a", "b", "c", "d"),
    labels: fc.dictionary(fc.constantFrom("app", "tier"), fc.constantFrom("x", "y"), {
      maxKeys: 2,
    }),
  })
  .map(({ type, kind, name, labels }) => ({ type, kind, object: labelled(kind, name, labels) }));

const KEYS = ["app=x", "app=y", "tier=x", "tier=y"];

describe("an index", () => {
  test("after any changes is that of a fresh view of the same objects", () => {
    fc.assert(
      fc.property(fc.array(fc.array(change, { maxLength: 4 }), { maxLength: 8 }), (batches) => {
        let view = meshView([]);
        view.lookup(BY_LABEL, "app=x");
        for (const batch of batches) view = applyChanges(view, batch);
        const fresh = meshView([...view.list("Pod"), ...view.list("Service")].reverse());
        for (const key of KEYS) {
          expect(view.lookup(BY_LABEL, key)).toEqual(fresh.lookup(BY_LABEL, key));
        }
        expect([...view.keys(BY_LABEL)].sort()).toEqual([...fresh.keys(BY_LABEL)].sort());
      }),
    );
  });

  test("leaves the view before a change as it was", () => {
    const before = meshView([labelled("Pod", "a", { app: "x" })]);
    expect(before.lookup(BY_LABEL, "app=x")).toEqual(["Pod a", "again a"]);
    const object = labelled("Pod", "a", { app: "y" });
    const after = applyChanges(before, [{ type: "put", kind: "Pod", object }]);
    expect(before.lookup(BY_LABEL, "app=x")).toEqual(["Pod a", "again a"]);
    expect(after.lookup(BY_LABEL, "app=x")).toEqual([]);
    expect([...after.keys(BY_LABEL)]).toEqual(["app=y"]);
  });

  test("takes more changed keys than it keeps apart", () => {
    let view = meshView([]);
    view.lookup(BY_LABEL, "app=x");
    for (let at = 0; at < 1100; at++) {
      const object = labelled("Pod", `p${at}`, { app: `v${at}` });
      view = applyChanges(view, [{ type: "put", kind: "Pod", object }]);
    }
    expect([...view.keys(BY_LABEL)]).toHaveLength(1100);
    expect(view.lookup(BY_LABEL, "app=v7")).toEqual(["Pod p7", "again p7"]);
  });
});

test("the changes between two views lead from one to the other", () => {
  fc.assert(
    fc.property(fc.array(change), fc.array(change), (first, second) => {
      const from = applyChanges(meshView([]), first);
      const to = applyChanges(from, second);
      const names = (view: typeof from) => new Set([...view.list("Pod"), ...view.list("Service")]);
      const result = new Set(names(from));
      for (const { before, after } of changesBetween(from, to)) {
        if (before) result.delete(before);
        if (after) result.add(after);
      }
      expect(result).toEqual(names(to));
    }),
  );
});

test("a combined view has each kind of its home", () => {
  const [pods, services] = [
    meshView([labelled("Pod", "a", { app: "x" }), labelled("Service", "a", { app: "x" })]),
    meshView([labelled("Pod", "b", { app: "x" }), labelled("Service", "b", { app: "x" })]),
  ];
  const view = combinedView((kind) => (kind === "Pod" ? pods : services), -1);
  expect(view.lookup(BY_LABEL, "app=x").filter((name) => !name.startsWith("again"))).toEqual([
    "Pod a",
    "Service b",
  ]);
  expect(view.get("Pod", "shop", "b")).toBeUndefined();
});

test("a kept fact is computed anew when what it is made of changed, and only then", () => {
  let computed = 0;
  const names = (mesh: MeshView) => mesh.list("Pod").map(({ metadata }) => metadata.name);
  const first = (mesh: MeshView) => {
    computed += 1;
    return [mesh.derive(names)[0], mesh.list("Service").length] as const;
  };
  keepFact(names, { kinds: ["Pod"], facts: [] });
  keepFact(first, { kinds: ["Service"], facts: [names] });
  const put = (view: MeshView, kind: "Pod" | "Service" | "Gateway", name: string) =>
    applyChanges(view, [{ type: "put", kind, object: labelled(kind, name, {}) }]);
  const one = put(meshView([]), "Pod", "a");
  expect(one.derive(first)).toEqual(["a", 0]);
  const two = put(one, "Gateway", "g");
  expect(two.derive(first)).toBe(one.derive(first));
  expect(computed).toBe(1);
  expect(put(two, "Service", "s").derive(first)).toEqual(["a", 1]);
  expect(combinedView(() => two, -1).derive(first)).toEqual(["a", 0]);
  expect(put(two, "Pod", "b").derive(first)).toEqual(["a", 0]);
});

test("a kept fact may read only what it says that it is made of", () => {
  const liar = (mesh: MeshView) => mesh.list("Pod").length;
  keepFact(liar, { kinds: ["Service"], facts: [] });
  expect(() => meshView([]).derive(liar)).toThrow("reads Pod");
});
