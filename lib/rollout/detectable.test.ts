import { describe, expect, test } from "vitest";
import { absoluteDetections, detections } from "./detectable";
import { aRollout } from "./testing";

const steps = [{ weight: 10 }, { weight: 25 }, { weight: 50 }, { weight: 100 }];
const sequential = (hold: number) =>
  aRollout({ steps, hold, analysis: { judge: "sequential" } }).spec;
const threshold = aRollout({ steps, hold: 60 }).spec;
const at = (list: ReturnType<typeof detections>, ratio: number) =>
  list.find((each) => each.ratio === ratio)?.seconds;

test("the sequential judge: worse canaries are noticed earlier, small regressions not at all", () => {
  const found = detections(sequential(600), { requestsPerSecond: 20, failureShare: 0.005 });
  const times = found.map(({ seconds }) => seconds ?? Infinity);
  expect(times).toEqual(times.toSorted((a, b) => b - a));
  // ln(5 / 0.01) = 6.2; a failure says 0.121 where 3 of 12 parts fall on a share of 10 %.
  expect(at(found, 3)).toBeGreaterThan(300);
  expect(at(found, 3)).toBeLessThan(900);
  expect(at(detections(sequential(60), { requestsPerSecond: 2, failureShare: 0.001 }), 1.5)).toBe(
    null,
  );
});

test("thresholds: what stays within the limit is not noticed, what is far beyond fails each check", () => {
  const found = detections(threshold, { requestsPerSecond: 100, failureShare: 0.001 });
  expect(at(found, 2)).toBe(null);
  // A tenth of the requests fail: three checks of 20 s.
  expect(at(found, 100)).toBeCloseTo(60, -1);
});

test("without failures or traffic today no ratio has a meaning", () => {
  expect(detections(threshold, { requestsPerSecond: 100, failureShare: 0 })).toEqual([]);
  expect(detections(threshold, { requestsPerSecond: 0, failureShare: 0.01 })).toEqual([]);
});

describe("where the stable version has no failures", () => {
  test("limits notice what is clearly beyond them, and nothing within", () => {
    const found = absoluteDetections(aRollout().spec, 100);
    expect(found.find(({ percent }) => percent === 0.5)?.seconds).toBeNull();
    expect(found.find(({ percent }) => percent === 5)?.seconds).toBeCloseTo(60, -1);
  });

  test("the sequential judge notices shares beyond its objective, larger ones sooner", () => {
    const found = absoluteDetections(aRollout({ analysis: { judge: "sequential" } }).spec, 100);
    const seconds = found.flatMap((each) => (each.seconds === null ? [] : [each.seconds]));
    expect(found[0]?.seconds).toBeNull();
    expect(seconds.length).toBeGreaterThan(2);
    expect(seconds).toEqual(seconds.toSorted((a, b) => b - a));
  });

  test("nothing is noticed where nothing is judged or asked", () => {
    expect(absoluteDetections(aRollout().spec, 0)).toEqual([]);
    const blind = aRollout({ analysis: { p99: { maxMs: 5 } } }).spec;
    expect(
      absoluteDetections({ ...blind, analysis: { ...blind.analysis, successRate: undefined } }, 9),
    ).toEqual([]);
  });
});
