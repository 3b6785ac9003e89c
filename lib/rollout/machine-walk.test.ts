import fc from "fast-check";
import { expect, test } from "vitest";
import type { KubeObject } from "@/lib/k8s/object";
import { type CommandType, isTerminal } from "./status";
import { aRollout, type Event, simulate, to, type World } from "./testing";

const STEPS = [10, 25, 50, 100];
const HOLD = 12;
const CHECK = 4;
const UNTIL = 150;

const rollout = aRollout({
  steps: STEPS.map((weight) => ({ weight, hold: HOLD })),
  analysis: { interval: CHECK, minRequests: 10, noDataTimeout: 40 },
});

const commands = fc.constantFrom<CommandType>(
  "pause",
  "resume",
  "promote",
  "stepBack",
  "rollback",
  "abort",
);
const time = fc.integer({ min: 0, max: UNTIL });
/** An edit that hits a step's weight does the engine's write for it: the walk would seem to skip. */
const foreignWeight = fc
  .integer({ min: 0, max: 100 })
  .map((weight) => (STEPS.includes(weight) ? weight - 1 : weight));
const events: fc.Arbitrary<Event[]> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ at: time, command: commands }) },
    {
      weight: 1,
      arbitrary: fc
        .record({ at: time, weight: foreignWeight })
        .map(({ at, weight }): Event => ({ at, edit: (live) => withWeights(live, weight) })),
    },
  ),
  { maxLength: 8 },
);
/** Spans in which the canary fails, is silent, or Prometheus is away. */
const spans = fc.array(
  fc.record({
    from: time,
    length: fc.integer({ min: 1, max: 60 }),
    what: fc.constantFrom("failing", "silent", "unasked"),
  }),
  { maxLength: 3 },
);

function withWeights(live: KubeObject, canary: number): KubeObject {
  const spec = { ...(live["spec"] as object) };
  return {
    ...live,
    spec: {
      ...spec,
      http: [{ name: "primary", route: [to("v1", 100 - canary), to("v2", canary)] }],
    },
  };
}

const worlds = fc.record({ events, spans, readLag: fc.integer({ min: 0, max: 5 }) });

function worldOf({
  events: list,
  spans: troubles,
  readLag,
}: typeof worlds extends fc.Arbitrary<infer T> ? T : never): World {
  const during = (t: number, what: string) =>
    troubles.some((span) => span.what === what && t >= span.from && t < span.from + span.length);
  return {
    rollout,
    events: list,
    readLag,
    until: UNTIL,
    prometheus: (t) => !during(t, "unasked"),
    traffic: (t, role) => {
      if (role === "stable") return {};
      if (during(t, "silent")) return { rps: 0 };
      return during(t, "failing") ? { errorRate: 0.2 } : {};
    },
  };
}

/** `[canary, at]` of each write. */
const writesOf = (writes: readonly string[]) =>
  writes.map((write) => {
    const [weights = "", at = ""] = write.split("@");
    return { canary: Number(weights.split("/")[1]), at: Number(at) };
  });

test("whatever happens, every sequence of writes is a legal walk of the plan", () => {
  fc.assert(
    fc.property(worlds, (world) => {
      const { writes, status } = simulate(worldOf(world));
      const walk = writesOf(writes);
      let step = -1;
      let lastRise = -Infinity;
      let ended = false;
      for (const { canary, at } of walk) {
        if (canary === 0) {
          ended = true;
          continue;
        }
        // After it has ended, or while it goes back, nothing is sent to the canary any more.
        expect(ended).toBe(false);
        const next = STEPS.indexOf(canary);
        expect(next).toBeGreaterThanOrEqual(0);
        expect(next).toBeLessThanOrEqual(step + 1);
        if (next > step) {
          // Never two increases in one reconcile, and none without a check in between.
          expect(at).toBeGreaterThanOrEqual(lastRise + CHECK);
          lastRise = at;
        }
        step = next;
      }
      // Somebody else may have taken the traffic away already; then there is nothing to write.
      const edited = world.events.some((event) => "edit" in event);
      if (status.state.phase === "RolledBack" && !edited) expect(ended).toBe(true);
      if (status.state.phase === "Succeeded") expect(walk.at(-1)?.canary).toBe(100);
    }),
    { numRuns: 150 },
  );
});

test("a rollback that was asked for always ends the rollout, with the route as it was", () => {
  fc.assert(
    fc.property(worlds, fc.integer({ min: 0, max: 100 }), (world, at) => {
      const asked = { at, command: "rollback" as const };
      const story = simulate({
        ...worldOf({ ...world, events: [asked, ...world.events] }),
        until: at + 20,
      });
      expect(isTerminal(story.status)).toBe(true);
      if (story.status.state.phase !== "RolledBack") return;
      const rolled = story.status.state.at / 1000;
      const edited = world.events.some((event) => "edit" in event && event.at >= rolled);
      const { http } = story.virtualService["spec"] as { http: unknown };
      if (!edited) expect(http).toEqual([{ name: "primary", route: [to("v1", 100), to("v2", 0)] }]);
    }),
    { numRuns: 100 },
  );
});

test("missing data and a silent Prometheus never roll back by themselves", () => {
  fc.assert(
    fc.property(spans, (troubles) => {
      const quiet = troubles.filter(({ what }) => what !== "failing");
      const story = simulate(worldOf({ events: [], spans: quiet, readLag: 0 }));
      expect(story.writes.some((write) => write.includes("/0@"))).toBe(false);
    }),
    { numRuns: 60 },
  );
});
