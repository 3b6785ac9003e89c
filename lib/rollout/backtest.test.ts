import { expect, test } from "vitest";
import { instant } from "@/lib/base/units";
import { backtest } from "./backtest";
import { aRollout } from "./testing";
import { NO_COUNTS, type VersionCounts } from "./window";

const { analysis } = aRollout().spec;
const windows = (list: readonly Partial<VersionCounts>[]) =>
  list.map((counts, index) => ({
    at: instant(index * 20_000),
    counts: { ...NO_COUNTS, requests: 1000, p99: 120, ...counts },
  }));

test("a stable version that keeps the limits passes all its checks", () => {
  const done = backtest(analysis, windows([{}, { failures: 1 }, {}]), 10);
  expect(done).toMatchObject({ failed: 0, unknown: 0, why: undefined });
  expect(done.checks.map(({ successRate }) => successRate)).toEqual([100, 99.9, 100]);
});

test("limits that the stable version breaks itself are told with the first reason", () => {
  const done = backtest(analysis, windows([{}, { p99: 800 }, { failures: 500 }]), 10);
  expect(done).toMatchObject({ failed: 2, why: "p99 800 ms, limit 500 ms" });
});

test("windows without enough requests decide nothing", () => {
  expect(backtest(analysis, windows([{ requests: 3 }, NO_COUNTS]), 10)).toMatchObject({
    failed: 0,
    unknown: 2,
  });
});

test("the sequential judge finds no difference between two parts of the same", () => {
  const plan = { ...analysis, judge: "sequential" as const };
  const day = Array.from({ length: 400 }, () => ({ requests: 2000, failures: 20 }));
  const done = backtest(plan, windows(day), 10);
  expect(done.failed).toBe(0);
});
