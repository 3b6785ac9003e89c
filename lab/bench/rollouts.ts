import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { simulate } from "@/cli/rollout/simulate";
import { fleet, STEPS } from "./rollout-fleet";

const ROLLOUTS = Number(process.argv[2] ?? 200);
const HOLD = 60;
/** To begin, the intent of the first step; to end, that it has ended, and that it may be deleted. */
const DECISIONS = 3;
/** As issue 9 sets them: ms, writes a step, MB a rollout. */
const LIMITS = { p95: 50, writes: 1, memory: 1 } as const;

/** `npm run bench:rollouts [-- SIZE]`: what many rollouts at once cost one process. */
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
const memory = most / ROLLOUTS / 1024 / 1024;
const each = (kind: string): number => (requests[kind] ?? 0) / ROLLOUTS;
/** What each step costs; the start's decision and the end's are no step's. */
const weights = each("weights") / STEPS.length;
const status = (each("status") - DECISIONS) / STEPS.length;

const results: readonly [text: string, isMet: boolean][] = [
  [
    `reconcile p95 ${p95.toFixed(1)} ms of ${turns.length} turns (limit ${LIMITS.p95})`,
    p95 < LIMITS.p95,
  ],
  [
    `${weights.toFixed(2)} writes of weights a step (limit ${LIMITS.writes})`,
    weights <= LIMITS.writes,
  ],
  [
    `${status.toFixed(2)} writes of the status a step (limit ${LIMITS.writes}), beside ${DECISIONS} a rollout to begin and to end it; ` +
      `${(HOLD / 20).toFixed(0)} checks a step`,
    status <= LIMITS.writes,
  ],
  [
    `memory ${memory.toFixed(2)} MB a rollout, the simulated cluster included (limit ${LIMITS.memory})`,
    memory < LIMITS.memory,
  ],
];
process.stdout.write(`${ROLLOUTS} rollouts on one process, ${length} s of virtual time:\n`);
for (const [text, isMet] of results) {
  process.stdout.write(`${isMet ? "met    " : "NOT MET"} ${text}\n`);
}
const perStep = (kind: string) => (each(kind) / STEPS.length).toFixed(2);
process.stdout.write(
  `        ${perStep("reads")} reads and ${perStep("dryRun")} dry runs of traffic a step\n`,
);
process.exitCode = results.every(([, isMet]) => isMet) ? 0 : 1;
