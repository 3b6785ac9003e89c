import { expect, test } from "vitest";
import { dispersion, overDispersion, withBaseline, withDispersion } from "./over-dispersion";

const windows = (counts: readonly number[]) =>
  counts.map((failures) => ({ requests: 1000, failures }));

test("it is the variance of failures by their mean, for windows of one size", () => {
  const counts = [0, 20, 0, 0, 20, 0];
  const mean = 40 / 6;
  const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / 5;
  expect(dispersion(windows(counts))).toBeCloseTo(variance / mean, 9);
  expect(dispersion(windows([5, 5, 5, 5]))).toBe(0);
  expect(dispersion(windows([5, 5]))).toBeNull();
});

test("the median of what was seen before counts, from 1 to 20", () => {
  expect(overDispersion([])).toBe(1);
  expect(overDispersion([0.2, 0.4])).toBe(1);
  expect(overDispersion([2, 40, 3])).toBe(3);
  expect(overDispersion([2, 4])).toBe(3);
  expect(overDispersion([90, 90, 90])).toBe(20);
});

test("only the last 30 windows are kept", () => {
  let baseline: ReturnType<typeof withBaseline> = [];
  let seen: readonly number[] = [];
  for (let i = 0; i < 100; i += 1) {
    baseline = withBaseline(baseline, { requests: 100, failures: i % 2 });
    seen = withDispersion(seen, baseline);
  }
  expect([baseline.length, seen.length]).toEqual([30, 30]);
});
