import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyJsonPatch, JsonPatchError, parseJsonPatch } from "./json-patch";

const patched = (document: unknown, patch: unknown): unknown =>
  applyJsonPatch(document, parseJsonPatch(patch));

describe("JSON patches", () => {
  it("apply in order and leave the document as it was", () => {
    const before = { spec: { hosts: ["a", "b"] } };
    const after = patched(before, [
      { op: "test", path: "/spec/hosts/0", value: "a" },
      { op: "add", path: "/spec/hosts/-", value: "c" },
      { op: "remove", path: "/spec/hosts/0" },
      { op: "move", from: "/spec/hosts/0", path: "/spec/first" },
      { op: "copy", from: "/spec/first", path: "/spec/second" },
      { op: "replace", path: "/spec/second", value: "d" },
    ]);
    expect(after).toEqual({ spec: { hosts: ["c"], first: "b", second: "d" } });
    expect(before).toEqual({ spec: { hosts: ["a", "b"] } });
  });

  it("may replace a field that is not there, as Kubernetes lets them", () => {
    expect(patched({ a: {} }, [{ op: "replace", path: "/a/b", value: 1 }])).toEqual({
      a: { b: 1 },
    });
  });

  it("may replace the whole document", () => {
    expect(patched({ a: 1 }, [{ op: "replace", path: "", value: { b: 2 } }])).toEqual({ b: 2 });
  });

  it.each([
    [{ op: "add", path: "/a" }],
    ["not a list"],
    [[{ op: "grow", path: "/a", value: 1 }]],
    [[{ op: "add", path: "a", value: 1 }]],
    [[{ op: "add", path: "/a" }]],
    [[{ op: "move", path: "/a", from: 3 }]],
    [[null]],
  ])("are refused as malformed: %j", (patch) => {
    expect(() => parseJsonPatch(patch)).toThrow(JsonPatchError);
  });

  it.each([
    [[{ op: "remove", path: "/b" }]],
    [[{ op: "replace", path: "/b/c", value: 1 }]],
    [[{ op: "replace", path: "/list/1", value: 1 }]],
    [[{ op: "test", path: "/a", value: 2 }]],
    [[{ op: "add", path: "/a/b/c", value: 1 }]],
    [[{ op: "copy", from: "/x", path: "/y" }]],
  ])("are refused where they do not fit: %j", (patch) => {
    expect(() => patched({ a: 1, list: [1] }, patch)).toThrow(/operation 0/);
  });

  it.each([[{ toString: "" }], [{ toString: null, valueOf: 1 }], [[{ toString: "" }]]])(
    "are refused by a failed test of %j too, which no template can print",
    (value) => {
      const run = () => patched({ a: value }, [{ op: "test", path: "/a", value: false }]);
      expect(run).toThrow(JsonPatchError);
    },
  );

  it("with a test go through exactly when the value is the one expected", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (value, wanted) => {
        const plain: unknown = JSON.parse(JSON.stringify({ value, wanted }));
        const { value: a, wanted: b } = plain as { value: unknown; wanted: unknown };
        const run = () => patched({ a }, [{ op: "test", path: "/a", value: b }]);
        let same = true;
        try {
          expect(a).toEqual(b);
        } catch {
          same = false;
        }
        if (same) expect(run()).toEqual({ a });
        else expect(run).toThrow(JsonPatchError);
      }),
    );
  });
});
