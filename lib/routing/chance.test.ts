import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { indexAt, possibilities, sampling } from "./chance";

const draw = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const weights = fc.array(fc.nat(5), { minLength: 1, maxLength: 6 });

describe("a choice by weight", () => {
  it("is never one without a weight, and always one if any has one", () => {
    fc.assert(
      fc.property(weights, draw, (given, number) => {
        const some = given.some((weight) => weight > 0);
        expect((given[indexAt(given, number)] ?? 0) > 0).toBe(some);
      }),
    );
  });
});

describe("an even choice", () => {
  it("takes each for its part of the way", () => {
    const at = [0, 0.33, 0.34, 0.67, 0.999].map((n) => sampling(() => n).evenly("endpoint", 3));
    expect(at).toEqual([0, 0, 1, 2, 2]);
  });
  it("of nothing is none", () => expect(sampling(() => 0.5).evenly("endpoint", 0)).toBe(-1));
});

describe("a percentage", () => {
  it.each([
    [0, 0, false],
    [0, 0.1, true],
    [0.99, 100, true],
    [0.2, 20, false],
  ])("at %d of %d %%: %s", (number, percent, hit) =>
    expect(sampling(() => number).falls("abort", percent)).toBe(hit),
  );
});

describe("the possibilities of a run", () => {
  it("are each way with its probability", () => {
    const ways = possibilities((chance) => {
      const first = chance.weighted("destination", [1, 0, 3]);
      return first === 0 ? "a" : chance.falls("abort", 20) ? "b" : "c";
    });
    const sorted = [...ways].sort((a, b) => a.value.localeCompare(b.value));
    expect(sorted.map(({ value }) => value)).toEqual(["a", "b", "c"]);
    for (const [index, probability] of [0.25, 0.15, 0.6].entries()) {
      expect(sorted[index]?.probability).toBeCloseTo(probability, 12);
    }
  });

  it("come to one, whatever is chosen, also where there are too many to follow", () => {
    fc.assert(
      fc.property(fc.array(weights, { maxLength: 8 }), (choices) => {
        const ways = possibilities((chance) => {
          for (const given of choices) chance.weighted("endpoint", given);
        });
        const total = ways.reduce((sum, { probability }) => sum + probability, 0);
        expect(total).toBeCloseTo(1, 9);
      }),
      { numRuns: 30 },
    );
  });
});
