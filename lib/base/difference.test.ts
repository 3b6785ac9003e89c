import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Difference, difference, withDifference } from "./difference";

const scalar = fc.oneof(
  fc.integer({ min: 0, max: 3 }),
  fc.constantFrom("", "a", "__proto__"),
  fc.constant(null),
  fc.boolean(),
);
const { value: anything } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    scalar,
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(
      fc.constantFrom("a", "b", "id", "constructor"),
      fc.option(tie("value"), { nil: undefined }),
    ),
    fc.uniqueArray(
      fc.record({ id: fc.constantFrom("x", "y", "z", "toString"), rate: tie("value") }),
      { selector: ({ id }) => id, maxLength: 4 },
    ),
  ),
}));

describe("a difference", () => {
  it("made to what was gives what is, over the wire too", () => {
    fc.assert(
      fc.property(anything, anything, (before, after) => {
        const change = difference(before, after);
        const sent = change && (JSON.parse(JSON.stringify(change)) as Difference);
        expect(sent ? withDifference(before, sent) : before).toEqual(after);
      }),
    );
  });

  it("is nothing between equal values", () => {
    fc.assert(
      fc.property(anything, (value) => {
        expect(difference(value, structuredClone(value))).toBeUndefined();
      }),
    );
  });

  const graph = (rate: number, ...ids: string[]) => ({
    at: rate,
    nodes: ids.map((id) => ({ id, name: id, inbound: { rate: id === "b" ? rate : 1 } })),
  });

  it("tells of a list only what changed in it", () => {
    expect(difference(graph(1, "a", "b"), graph(2, "a", "b"))).toEqual({
      fields: {
        at: { to: 2 },
        nodes: { items: { b: { fields: { inbound: { fields: { rate: { to: 2 } } } } } } },
      },
    });
    expect(difference(graph(1, "a", "b"), graph(1, "b"))).toEqual({
      fields: { nodes: { items: {}, order: ["b"] } },
    });
  });

  it("keeps what did not change as the same object", () => {
    const before = graph(1, "a", "b");
    const change = difference(before, graph(2, "a", "b")) as Difference;
    const after = withDifference(before, change) as typeof before;
    expect(after.nodes[0]).toBe(before.nodes[0]);
    expect(after.nodes[1]).not.toBe(before.nodes[1]);
  });

  it("refuses a change that was made for something else", () => {
    expect(() => withDifference([1], { items: {} })).toThrow(TypeError);
    expect(() => withDifference("text", { fields: {} })).toThrow(TypeError);
  });
});
