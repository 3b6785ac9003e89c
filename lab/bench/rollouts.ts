import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { simulate } from "@/cli/rollout/simulate";
import { fleet, STEPS } from "./rollout-fleet";

const ROLLOUTS = 200;
const HOLD = 60;

/** `npm run bench:rollouts`: what many rollouts at once cost one process. */
setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;
const heap = (): number => {
  collect();
  return process.memoryUsage().heapUsed;
};
const length = (HOLD + 20) * STEPS.length + 30;
// Checks fall on all seconds, as those of rollouts that people start.
const spec = (index: number) => ({
  hold: HOLD,
  analysis: { warmUp: index % 20, successRate: { min: 95 } },
});
const options = { spec, until: length };
await simulate(fleet(1, options));

const turns: number[] = [];
let least = Infinity;
let most = 0;
let requests: Readonly<Record<string, number>> = {};
const before = heap();
await simulate(fleet(ROLLOUTS, options), (second, world) => {
  if (second % 30 === 0) {
    const now = heap() - before;
    least = Math.min(least, now);
    most = Math.max(most, now);
  }
  turns.push(...world.turns.splice(0));
  requests = world.requests;
});
turns.sort((a, b) => a - b);
const p95 = turns[Math.floor(turns.length * 0.95)] ?? 0;
const perStep = (count: number | undefined): string =>
  ((count ?? 0) / ROLLOUTS / STEPS.length).toFixed(2);
process.stdout.write(
  `${ROLLOUTS} rollouts on one process, ${length} s of virtual time:\n` +
    `reconcile p95 ${p95.toFixed(1)} ms of ${turns.length} turns\n` +
    `per step: ${perStep(requests["weights"])} writes of weights, ${perStep(requests["status"])} of status ` +
    `(${(HOLD / 20).toFixed(0)} checks), ${perStep(requests["reads"])} reads\n` +
    `memory ${(most / ROLLOUTS / 1024 / 1024).toFixed(2)} MB a rollout, the simulated cluster included\n`,
);
