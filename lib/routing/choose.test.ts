import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chooseEvenly, chooseWeighted, falls } from "./choose";

const draw = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const weighted = fc.array(fc.record({ weight: fc.nat(5) }), { minLength: 1, maxLength: 6 });

describe("a choice by weight", () => {
  it("is never one without a weight, and always one if any has one", () => {
    fc.assert(
      fc.property(weighted, draw, (items, number) => {
        const some = items.some(({ weight }) => weight > 0);
        expect((chooseWeighted(items, number)?.weight ?? 0) > 0).toBe(some);
      }),
    );
  });
});

describe("an even choice", () => {
  it("takes each item for its part of the way", () => {
    const at = [0, 0.33, 0.34, 0.67, 0.999].map((number) => chooseEvenly(["a", "b", "c"], number));
    expect(at).toEqual(["a", "a", "b", "c", "c"]);
  });
  it("of nothing is nothing", () => expect(chooseEvenly([], 0.5)).toBeUndefined());
});

describe("a percentage", () => {
  it.each([
    [0, 0, false],
    [0, 0.1, true],
    [0.99, 100, true],
    [0.2, 20, false],
  ])("at %d of %d %%: %s", (number, percent, hit) => expect(falls(number, percent)).toBe(hit));
});
