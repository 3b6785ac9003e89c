import { expect, test } from "vitest";
import { instant } from "@/lib/base/units";
import { backtest } from "./backtest";
import { aRollout } from "./testing";
import { NO_COUNTS, type VersionCounts } from "./window";

const { spec } = aRollout();
const random = () => seeded.next();
const seeded = { at: 7, next: () => (seeded.at = (seeded.at * 16807) % 2147483647) / 2147483647 };
const windows = (list: readonly Partial<VersionCounts>[]) =>
  list.map((counts, index) => ({
    at: instant(index * 20_000),
    counts: { ...NO_COUNTS, requests: 1000, p99: 120, ...counts },
  }));

test("a stable version that keeps the limits passes all its checks", () => {
  const done = backtest(spec, windows([{}, { failures: 1 }, {}]), random);
  expect(done).toMatchObject({ failed: 0, unknown: 0, why: undefined });
  expect(done.checks.map(({ successRate }) => successRate)).toEqual([100, 99.9, 100]);
});

test("limits that the stable version breaks itself are told with the first reason", () => {
  const done = backtest(spec, windows([{}, { p99: 800 }, { failures: 500 }]), random);
  expect(done).toMatchObject({ failed: 2, why: "p99 800 ms, limit 500 ms" });
});

test("windows without enough requests decide nothing", () => {
  expect(backtest(spec, windows([{ requests: 3 }, NO_COUNTS]), random)).toMatchObject({
    failed: 0,
    unknown: 2,
  });
});

test("the sequential judge finds no difference between two parts of the same", () => {
  const plan = { ...spec, analysis: { ...spec.analysis, judge: "sequential" as const } };
  const day = Array.from({ length: 400 }, () => ({ requests: 2000, failures: 10 }));
  const done = backtest(plan, windows(day), random);
  expect(done.failed).toBe(0);
  expect(done.rollbacks.runs).toBeGreaterThan(100);
  expect(done.rollbacks.share).toBeLessThanOrEqual(0.01);
});

test("whole rollouts are judged beside the stable version: what both break blames nobody", () => {
  const hour = (counts: Partial<VersionCounts>) =>
    windows(Array.from({ length: 60 }, () => counts));
  const rollbacks = (counts: Partial<VersionCounts>) =>
    backtest(spec, hour(counts), random).rollbacks;
  expect(rollbacks({ p99: 800 }).rolledBack).toBe(0);
  expect(rollbacks({})).toMatchObject({ rolledBack: 0, share: 0 });
  // So few failures that chance alone puts a canary's part over the limit.
  expect(rollbacks({ requests: 600, failures: 5 }).share).toBeGreaterThan(0.05);
});
