import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { parseDuration } from "./duration";

test.each([
  ["0", 0],
  ["0s", 0],
  ["10s", 10_000],
  ["1.5s", 1500],
  [".5s", 500],
  ["100ms", 100],
  ["1h30m", 5_400_000],
  ["-2s", -2000],
  ["250us", 0.25],
])("%s is %d ms", (text, ms) => expect(parseDuration(text)).toBeCloseTo(ms, 9));

test.each(["", "10", "s", "1d", "1s 2s", "1 s", "five"])("%j is no duration", (text) =>
  expect(parseDuration(text)).toBeUndefined(),
);

describe("any whole number of parts", () => {
  it("adds up", () => {
    fc.assert(
      fc.property(fc.nat(99), fc.nat(59), fc.nat(59), (h, m, s) => {
        expect(parseDuration(`${h}h${m}m${s}s`)).toBe(((h * 60 + m) * 60 + s) * 1000);
      }),
    );
  });
});
