import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sameJson } from "@/lib/k8s/json-value";
import { applyEdits } from "./edit";
import { editsBetween, mergeThreeWay } from "./merge";
import { parseYaml } from "./parse";
import { toYaml } from "./stringify";

const route = (v1: number, v2: number, rest: object = {}) => ({
  spec: { http: [{ route: [{ weight: v1 }, { weight: v2 }], ...rest }] },
});

describe("mergeThreeWay", () => {
  it("takes their change where mine is elsewhere, and keeps my comments", () => {
    const base = route(80, 20, { timeout: "3s" });
    const theirs = route(100, 0, { timeout: "3s" });
    const yours =
      "spec:\n  http:\n  - route:\n    - weight: 80 # stable\n    - weight: 20\n    timeout: 5s # mine\n";
    const merge = mergeThreeWay(base, theirs, parseYaml(yours).documents[0]!.value);
    expect(merge.conflicts).toEqual([]);
    expect(applyEdits(yours, merge.edits).text).toBe(
      yours.replace("80 #", "100 #").replace("weight: 20", "weight: 0"),
    );
  });

  it("leaves to the user what both changed", () => {
    const merge = mergeThreeWay(route(80, 20), route(100, 0), route(90, 20));
    expect(merge).toEqual({
      edits: [{ op: "set", path: ["spec", "http", 0, "route", 1, "weight"], value: 0 }],
      conflicts: [
        { path: ["spec", "http", 0, "route", 0, "weight"], base: 80, theirs: 100, yours: 90 },
      ],
    });
  });

  it("does not guess which items of a list belong together", () => {
    expect(mergeThreeWay({ a: [1] }, { a: [1, 2] }, { a: [0] })).toEqual({
      edits: [],
      conflicts: [{ path: ["a"], base: [1], theirs: [1, 2], yours: [0] }],
    });
  });

  it("takes what they added, and what they took away", () => {
    expect(mergeThreeWay({ a: 1, b: 2 }, { b: 2, c: 3 }, { a: 1, b: 4 })).toEqual({
      edits: [
        { op: "remove", path: ["a"] },
        { op: "set", path: ["c"], value: 3 },
      ],
      conflicts: [],
    });
  });

  it("sees no conflict where both did the same", () => {
    expect(mergeThreeWay({ a: 1 }, { a: 2 }, { a: 2 })).toEqual({ edits: [], conflicts: [] });
  });
});

const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 3 },
    fc.nat({ max: 3 }),
    fc.constantFrom("x", "y"),
    fc.array(tie("any"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom("a", "b", "c"), tie("any"), { maxKeys: 3 }),
  ),
})).any;

describe("for any values", () => {
  it("the edits between two of them turn one into the other", () => {
    fc.assert(
      fc.property(value, value, (from, to) => {
        const result = applyEdits(toYaml(from), editsBetween([], from, to));
        expect(result.refused).toEqual([]);
        expect(parseYaml(result.text).documents[0]!.value).toEqual(to);
      }),
    );
  });

  it("a merge with one unchanged side is the other side", () => {
    fc.assert(
      fc.property(value, value, (base, changed) => {
        expect(mergeThreeWay(base, base, changed)).toEqual({ edits: [], conflicts: [] });
        const taken = mergeThreeWay(base, changed, base);
        expect(taken.conflicts).toEqual([]);
        expect(parseYaml(applyEdits(toYaml(base), taken.edits).text).documents[0]!.value).toEqual(
          changed,
        );
      }),
    );
  });

  it("choosing theirs in every conflict loses nothing that only I changed", () => {
    fc.assert(
      fc.property(value, value, value, (base, theirs, yours) => {
        const { conflicts } = mergeThreeWay(base, theirs, yours);
        for (const { theirs: a, yours: b, base: c } of conflicts) {
          expect([sameJson(a, b), sameJson(a, c), sameJson(b, c)]).toEqual([false, false, false]);
        }
      }),
    );
  });
});
