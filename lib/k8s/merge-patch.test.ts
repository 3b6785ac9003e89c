import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isRecord, type JsonRecord } from "./json-value";
import { applyMergePatch, mergePatchBetween } from "./merge-patch";

const document = fc.dictionary(
  fc.constantFrom("a", "b", "c"),
  fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      fc.integer(),
      fc.string(),
      fc.boolean(),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom("a", "b", "c"), tie("value"), { maxKeys: 3 }),
    ),
  })).value,
) as fc.Arbitrary<JsonRecord>;

describe("merge patches", () => {
  it.each([
    [{ a: "b" }, { a: "c" }, { a: "c" }],
    [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
    [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
    [{ a: ["b"] }, { a: "c" }, { a: "c" }],
    [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
    [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [["a"], { a: { b: null } }, { a: {} }],
  ])("of RFC 7386: %j with %j is %j", (before, patch, after) => {
    expect(applyMergePatch(before, patch)).toEqual(after);
  });

  it("between two documents turn the first into the second", () => {
    fc.assert(
      fc.property(document, document, (before, after) => {
        expect(applyMergePatch(before, mergePatchBetween(before, after))).toEqual(after);
      }),
    );
  });

  it("between equal documents are empty, and applying one twice changes nothing more", () => {
    fc.assert(
      fc.property(document, document, (before, patch) => {
        expect(mergePatchBetween(before, before)).toEqual({});
        const once = applyMergePatch(before, patch);
        expect(applyMergePatch(once, patch)).toEqual(once);
      }),
    );
  });

  it("cannot reach the prototype of objects", () => {
    const merged = applyMergePatch({}, JSON.parse('{"__proto__":{"admin":true}}'));
    expect(isRecord(merged) && Object.hasOwn(merged, "__proto__")).toBe(true);
    expect(({} as JsonRecord).admin).toBeUndefined();
  });
});
