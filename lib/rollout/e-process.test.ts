import { describe, expect, test } from "vitest";
import {
  eAbs,
  eFail,
  ePass,
  eSafe,
  type Evidence,
  mannWhitney,
  NO_EVIDENCE,
  withTrial,
} from "./e-process";

type Window = readonly [nc: number, nb: number, fc: number, fb: number];

/** The evidence after each window. */
function after(windows: readonly Window[], by: { delta?: number; phi?: number; p?: number } = {}) {
  const { delta = 0, phi = 1, p } = by;
  const seen: Evidence[] = [];
  let evidence = NO_EVIDENCE;
  for (const [nc, nb, fc, fb] of windows) {
    const trial = {
      canary: { requests: nc, failures: fc },
      stable: { requests: nb, failures: fb },
    };
    evidence = withTrial(evidence, trial, { delta, phi, p0: p, p1: p });
    seen.push(evidence);
  }
  return seen;
}
const last = (windows: readonly Window[], by?: Parameters<typeof after>[1]): Evidence =>
  after(windows, by).at(-1) ?? NO_EVIDENCE;
const times = (count: number, window: Window): Window[] =>
  Array.from({ length: count }, () => window);
/** Within 0.1 %, as rollouts.md asks, and the digits that it prints. */
const near = (value: number, expected: number, digits = 0.001) =>
  expect(Math.abs(value / expected - 1)).toBeLessThan(digits);

describe("the vectors of rollouts.md 3.4", () => {
  test.each<[string, Window[], number, number | undefined]>([
    ["V1", [[100, 900, 4, 0]], 196.837, undefined],
    ["V2", [[100, 900, 3, 0]], 43.18, undefined],
    ["V3", [[500, 500, 11, 0]], 222.21, undefined],
    ["V4", [[500, 500, 10, 0]], 128.36, undefined],
    ["V5", [[1000, 9000, 10, 45]], 2.411, undefined],
    ["V6", [[1000, 9000, 30, 45]], 2.3413e9, undefined],
    ["V7", [[1000, 9000, 5, 45]], 0.1921, 3.668],
    ["V10", [[5000, 5000, 60, 60]], 0.0173, 1172.6],
    ["V11", times(9, [200, 1800, 1, 9]), 0.0996, 10.38],
    ["V12 at 17", times(17, [200, 1800, 2, 9]), 88.84, undefined],
    ["V12 at 18", times(18, [200, 1800, 2, 9]), 121.72, undefined],
    ["V13", [[200, 1800, 10, 9]], 13785, undefined],
    ["V14", times(3, [1000, 1000, 8, 2]), 144.48, undefined],
    ["V17", times(2, [200, 1800, 20, 90]), 229.57, undefined],
    ["V18", times(2, [200, 1800, 10, 90]), 0.0154, 181.1],
  ])("%s", (_, windows, fail, pass) => {
    const evidence = last(windows);
    // Small values are printed with two or three digits.
    if (fail > 1) near(eFail(evidence), fail);
    else expect(eFail(evidence)).toBeLessThan(1);
    if (pass !== undefined) near(ePass(evidence), pass);
  });

  test("V8: a shared outage is no regression", () => {
    const evidence = last([[1000, 9000, 200, 1800]]);
    expect(eFail(evidence)).toBeLessThan(1e-6);
    near(ePass(evidence), 3.8e22, 0.02);
  });

  test("V9: equal in each step, whatever the pooled rates say", () => {
    const seen = after([
      [1000, 9000, 50, 450],
      [5000, 5000, 25, 25],
    ]);
    near(eFail(seen[0] ?? NO_EVIDENCE), 0.0032, 0.02);
    near(eFail(seen[1] ?? NO_EVIDENCE), 0.0012, 0.04);
    near(ePass(seen[0] ?? NO_EVIDENCE), 4.4e5, 0.02);
    near(ePass(seen[1] ?? NO_EVIDENCE), 8.4e6, 0.02);
  });

  test("V11: passes first at window 12", () => {
    const passes = after(times(12, [200, 1800, 1, 9])).map(ePass);
    expect(passes.findIndex((value) => value >= 20)).toBe(11);
    near(passes[11] ?? 0, 22.63);
  });

  test("V15: bursts weigh less", () => {
    near(eFail(last([[100, 900, 4, 0]], { phi: 4 })), 2.916);
    near(eFail(last([[100, 900, 16, 0]], { phi: 4 })), 196.837);
  });

  test("V16: half more is allowed", () => {
    const fails = after(times(3, [1000, 9000, 15, 45]), { delta: 0.5 }).map(eFail);
    [4.39, 36.62, 337.58].forEach((value, i) => near(fails[i] ?? 0, value, 0.002));
  });

  test.each<[number, number, number]>([
    [3, 20, 57.4],
    [4, 20, 536.7],
    [5, 50, 395.5],
    [10, 200, 1073.4],
  ])("V19: %i of %i", (f, n, value) => near(eAbs(last([[n, 0, f, 0]], { p: 0.01 }), 0.01), value));

  test("V19: three windows", () => {
    const seen = after(times(3, [200, 0, 6, 0]), { p: 0.01 }).map((each) => eAbs(each, 0.01));
    [5.62, 60.1, 709].forEach((value, i) => near(seen[i] ?? 0, value));
  });

  test.each([
    [0.01, 0, 363],
    [0.01, 1, 687],
    [0.005, 0, 728],
    [0.005, 1, 1377],
  ])("E_safe at p1 = %d with %i failures needs %i requests", (p, failures, needed) => {
    const at = (n: number) => eSafe(last([[n, 0, failures, 0]], { p }));
    expect(at(needed)).toBeGreaterThanOrEqual(20);
    expect(at(needed - 1)).toBeLessThan(20);
  });

  const BASELINE = [180, 540, 630, 270, 135, 36, 9];
  test.each([
    ["V20", [20, 60, 70, 30, 15, 4, 1], { a: 0.5, z: 0 }],
    ["V21", [10, 40, 60, 45, 30, 10, 5], { a: 0.6254, z: 6.046 }],
    ["V22", [20, 60, 65, 27, 8, 5, 15], { a: 0.5152, z: 0.733 }],
  ])("%s", (_, canary, expected) => {
    const result = mannWhitney(canary, BASELINE);
    expect(result?.a).toBeCloseTo(expected.a, 4);
    expect(result?.z).toBeCloseTo(expected.z, 3);
  });
});
