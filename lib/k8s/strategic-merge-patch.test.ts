import { describe, expect, it } from "vitest";
import type { Schema } from "./schema";
import { applyStrategicMergePatch, StrategicPatchError } from "./strategic-merge-patch";

const schema: Schema = {
  type: "object",
  properties: {
    containers: {
      type: "array",
      "x-kubernetes-patch-strategy": "merge",
      "x-kubernetes-patch-merge-key": "name",
      items: { type: "object", properties: { name: { type: "string" } } },
    },
    finalizers: {
      type: "array",
      "x-kubernetes-patch-strategy": "merge",
      items: { type: "string" },
    },
    args: { type: "array", items: { type: "string" } },
    strategy: { type: "object" },
  },
};
const patched = (document: object, patch: Readonly<Record<string, unknown>>) =>
  applyStrategicMergePatch(document, patch, schema);

const two = { containers: [{ name: "a", image: "1" }, { name: "b" }] };

describe("strategic merge patches", () => {
  it("merge items by their key and add new ones before those that the patch does not name", () => {
    const patch = { containers: [{ name: "a", image: "2" }, { name: "c" }] };
    expect(patched(two, patch)).toEqual({
      containers: [{ name: "a", image: "2" }, { name: "c" }, { name: "b" }],
    });
    expect(patched(two, { containers: [{ name: "b", image: "3" }] })).toEqual({
      containers: [
        { name: "a", image: "1" },
        { name: "b", image: "3" },
      ],
    });
  });

  it("delete, replace and reorder items as told", () => {
    expect(patched(two, { containers: [{ $patch: "delete", name: "a" }] })).toEqual({
      containers: [{ name: "b" }],
    });
    expect(patched(two, { containers: [{ name: "c" }, { $patch: "replace" }] })).toEqual({
      containers: [{ name: "c" }],
    });
    const order = { "$setElementOrder/containers": [{ name: "b" }, { name: "a" }] };
    expect(patched(two, order)).toEqual({
      containers: [{ name: "b" }, { name: "a", image: "1" }],
    });
  });

  it("treat lists of texts as sets where the schema says merge, else replace them", () => {
    expect(patched({ finalizers: ["a"] }, { finalizers: ["a", "b"] })).toEqual({
      finalizers: ["a", "b"],
    });
    expect(
      patched({ finalizers: ["a", "b"] }, { "$deleteFromPrimitiveList/finalizers": ["a"] }),
    ).toEqual({ finalizers: ["b"] });
    expect(patched({ args: ["a"] }, { args: ["b"] })).toEqual({ args: ["b"] });
  });

  it("obey $retainKeys, $patch on objects, and null", () => {
    const document = { strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1 } } };
    expect(patched(document, { strategy: { $retainKeys: ["type"], type: "Recreate" } })).toEqual({
      strategy: { type: "Recreate" },
    });
    expect(patched(document, { strategy: { $patch: "replace", type: "X" } })).toEqual({
      strategy: { type: "X" },
    });
    expect(patched(document, { strategy: { $patch: "delete" } })).toEqual({});
    expect(patched(document, { strategy: null })).toEqual({});
  });

  it("refuse items without the key, in Go's words", () => {
    expect(() =>
      patched(two, { containers: [{ image: "2", ports: [1, { b: null, a: true }] }] }),
    ).toThrow(
      "map: map[image:2 ports:[1 map[a:true b:<nil>]]] does not contain declared merge key: name",
    );
  });

  it("refuse directives that are not as they must be", () => {
    const reason = (patch: Readonly<Record<string, unknown>>) => {
      try {
        patched(two, patch);
        return "taken";
      } catch (error) {
        return error instanceof StrategicPatchError ? error.reason : "thrown";
      }
    };
    expect(reason({ strategy: { $retainKeys: "type" } })).toBe("format");
    expect(reason({ "$setElementOrder/containers": "a" })).toBe("fit");
    expect(reason({ "$deleteFromPrimitiveList/finalizers": "a" })).toBe("taken");
    expect(reason({ "$deleteFromPrimitiveList/containers": "a" })).toBe("format");
    expect(reason({ strategy: { $retainKeys: ["type"], other: 1 } })).toBe("format");
    expect(reason({ strategy: { $patch: "invent" } })).toBe("fit");
    expect(reason({ containers: [{ $patch: "invent", name: "a" }] })).toBe("fit");
    expect(reason({ containers: [{ $patch: "merge", name: "a" }] })).toBe("taken");
  });
});
