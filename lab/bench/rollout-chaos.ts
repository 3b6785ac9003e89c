import { simulate } from "@/cli/rollout/simulate";
import type { Story } from "@/cli/rollout/story";
import { seededRandom } from "@/sandbox/random";
import { fleet, STEPS, userEdit } from "./rollout-fleet";

const REPLICAS = 5;
/** All of it, or a little to try things out. Lengths in s of virtual time. */
const SIZES = {
  full: { rollouts: 40, blows: 1000, hold: 600, interval: 120, until: 5400 },
  small: { rollouts: 6, blows: 120, hold: 120, interval: 30, until: 900 },
} as const;
const {
  rollouts: ROLLOUTS,
  blows: BLOWS,
  hold: HOLD,
  interval,
  until: UNTIL,
} = SIZES[process.argv[3] === "small" ? "small" : "full"];
/** A Lease lasts 15 s, and is looked at every 2 s. */
const OWNERLESS = 17;

/** `npm run test:chaos -- [SEED [small]]`: rollouts under kills, freezes, faults and edits, on a virtual clock. */
const random = seededRandom(Number(process.argv[2] ?? 1));
const whole = (below: number): number => Math.floor(random.next() * below);
const names: string[] = [];
const MOMENTS = ["intent", "dryRun", "write", "readBack"];

/** Kinds of blows by how often they come, in percent. */
function blow(at: number): object {
  const kind = whole(100);
  if (kind < 3) return { at, kill: "leader" };
  // Between two requests of a write: what the server has done, the process never hears of.
  if (kind < 8) return { at, kill: "leader", when: MOMENTS[whole(MOMENTS.length)] };
  if (kind < 55) return { at, kill: whole(REPLICAS) };
  if (kind < 70) return { at, restart: whole(REPLICAS) };
  if (kind < 80) return { at, freeze: whole(REPLICAS), for: 1 + whole(40) };
  const { name, event } = userEdit(at, whole(ROLLOUTS));
  names.push(name);
  return event;
}

const faults = (count: number, longest: number) =>
  Array.from({ length: count }, () => {
    const from = 30 + whole(UNTIL - 60);
    return { from, to: from + 1 + whole(longest) };
  });
const modes = ["down", "stale", "empty", "nan"];
const events = Array.from({ length: BLOWS }, () => 5 + whole(UNTIL - 10))
  .sort((a, b) => a - b)
  .map(blow);
const simulation = fleet(ROLLOUTS, {
  spec: () => ({
    hold: HOLD,
    analysis: { interval, successRate: { min: 95 }, noDataTimeout: 1800, queryErrorLimit: 20 },
  }),
  replicas: REPLICAS,
  until: UNTIL,
  events,
  // Shorter than a leader may go without renewing, so that nobody is blamed for the server.
  apiServer: faults(Math.ceil(UNTIL / 180), 6),
  prometheus: faults(Math.ceil(UNTIL / 270), 90).map((fault) => ({
    ...fault,
    mode: modes[whole(modes.length)],
  })),
});

let ownerless = 0;
let longest = 0;
const began = performance.now();
const { stories, objects } = await simulate(simulation, (second, { replicas }) => {
  const owned = replicas.some(({ gate, rollouts }) => {
    const driver = rollouts.driver();
    return !gate.isFrozen && driver.type === "on" && driver.leading;
  });
  // While the API server does not answer, nobody can become an owner.
  const isDown = simulation.apiServer.some(
    ({ from, to = Infinity }) => second >= from && second < to,
  );
  ownerless = owned ? 0 : ownerless + Number(!isDown);
  longest = Math.max(longest, ownerless);
  if (second % 300 === 0) process.stderr.write(`${second} s\n`);
});

/** What is wrong with a sequence of writes; each step once, in order, none before its time. */
function faultOf({ rollout, writes, final }: Story): string | undefined {
  const shares = writes.map(({ weights }) => Object.values(weights)[1] ?? -1);
  const wanted = STEPS.slice(0, shares.length);
  if (JSON.stringify(shares) !== JSON.stringify(wanted))
    return `${rollout}: wrote ${shares.join(", ")}`;
  const early = writes.find(({ t }, i) => i > 0 && t - (writes[i - 1]?.t ?? 0) < HOLD);
  if (early) return `${rollout}: wrote ${early.opId} too early, at ${early.t} s`;
  return final.phase === "Succeeded" ? undefined : `${rollout}: ended as ${final.phase}`;
}

const wrong = stories.flatMap((story) => faultOf(story) ?? []);
const text = JSON.stringify(objects);
const lost = names.filter((name) => !text.includes(`"${name}"`));
const writes = stories.reduce((sum, story) => sum + story.writes.length, 0);
const seconds = ((performance.now() - began) / 1000).toFixed(0);
process.stdout.write(
  `${ROLLOUTS} rollouts, ${REPLICAS} processes, ${BLOWS} blows in ${UNTIL} s of virtual time (${seconds} s):\n` +
    `${wrong.length} wrong walks, ${lost.length} of ${names.length} edits lost, ` +
    `${writes} writes of ${ROLLOUTS * STEPS.length}, longest without an owner ${longest} s\n`,
);
for (const each of [...wrong, ...lost]) process.stdout.write(`${each}\n`);
process.exitCode = wrong.length + lost.length > 0 || longest > OWNERLESS ? 1 : 0;
