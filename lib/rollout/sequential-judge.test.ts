import { expect, test } from "vitest";
import { instant } from "@/lib/base/units";
import { seededRandom } from "@/sandbox/random";
import type { JudgeMemory } from "./judge-memory";
import { RolloutSpec } from "./plan";
import { NO_MEMORY, sequentialJudge } from "./sequential-judge";
import { NO_COUNTS } from "./window";

/** Scenario 32 of rollouts.md section 7: 50 requests/s, 10, 25 and 50 %, six windows of 30 s each. */
const { analysis } = RolloutSpec.parse({
  target: { virtualService: "reviews", host: "reviews" },
  stable: { subset: "v1" },
  canary: { subset: "v2" },
  steps: [100],
  analysis: { judge: "sequential" },
});
const REQUESTS = 1500;
const SHARES = [0.1, 0.25, 0.5].flatMap((share) => Array.from({ length: 6 }, () => share));
const SEEDS = 1000;

/** Failures among `requests` of which each fails with chance `rate`: gaps between them are geometric. */
function failures(random: () => number, requests: number, rate: number): number {
  let count = 0;
  for (let at = 0; ; count += 1) {
    at += Math.floor(Math.log(1 - random()) / Math.log(1 - rate)) + 1;
    if (at > requests) return count;
  }
}

/** How many of a thousand rollouts are rolled back when versions fail so often. */
function rolledBack(canaryRate: number, stableRate: number): number {
  let count = 0;
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const random = seededRandom(seed);
    const next = () => random.next();
    let memory: JudgeMemory = NO_MEMORY;
    for (const share of SHARES) {
      const requests = failures(next, REQUESTS, share);
      const side = (own: number, rate: number) => ({
        ...NO_COUNTS,
        requests: own,
        failures: failures(next, own, rate),
      });
      const window = {
        from: instant(0),
        to: instant(30_000),
        canary: side(requests, canaryRate),
        stable: side(REQUESTS - requests, stableRate),
        others: 0,
        unattributed: 0,
      };
      const judged = sequentialJudge(analysis, window, { known: memory, looks: 3 });
      memory = judged.memory;
      if (judged.verdict.verdict !== "fail") continue;
      count += 1;
      break;
    }
  }
  return count;
}

test("of a thousand equal canaries at most ten are rolled back", () => {
  expect(rolledBack(0.005, 0.005)).toBeLessThanOrEqual(10);
});

test("of canaries that fail five times as often nineteen of twenty are", () => {
  expect(rolledBack(0.005, 0.001)).toBeGreaterThanOrEqual(950);
});
