import { expect, test, vi } from "vitest";
import { stringify } from "yaml";
import { rolloutDefinition } from "@/server/rollouts/install-definition";
import { simulate } from "./simulate";
import { readSimulation } from "./simulation-file";
import { aRollout, objects, writeText } from "./testing";
import type { World } from "./world";

/** Scenarios 65 to 80 of rollouts.md section 7 where the place of a rollout matters. */
const WALK = ["90/10@0", "75/25@60", "50/50@120", "0/100@180"];
vi.setConfig({ testTimeout: 60_000 });

async function run(
  fields: Readonly<Record<string, unknown>>,
  look?: (second: number, world: World) => void,
  shards?: number,
) {
  const file = {
    rollout: aRollout(),
    objects: objects(),
    store: "configMap",
    until: 260,
    ...fields,
  };
  const simulation = readSimulation({ file: "test.yaml", text: stringify(file) });
  const { stories } = await simulate(simulation, look, shards);
  const [story] = stories;
  return { wrote: story?.writes.map(writeText), final: story?.final.phase };
}

const keptIn = ({ cluster }: World) => {
  const view = cluster.view();
  const maps = view.list("ConfigMap").filter(({ metadata }) => metadata.name.includes("rollout-"));
  return [...maps, ...view.list("CanaryRollout")].map(({ kind }) => kind);
};

test("80: CanaryRollouts that are defined midway take the rollout over, at the same step", async () => {
  const kept: string[][] = [];
  const told = await run({ replicas: 2 }, (second, world) => {
    if (second === 100) world.cluster.state.store.create(rolloutDefinition);
    if ([99, 150].includes(second)) kept.push(keptIn(world));
  });
  expect(told).toEqual({ wrote: WALK, final: "Succeeded" });
  expect(kept).toEqual([["ConfigMap"], ["CanaryRollout"]]);
});

test.each([
  ["the leader is killed", [{ at: 101, kill: "leader" }]],
  ["every process restarts", [102, 104, 106].map((at) => ({ at, restart: "all" }))],
])("80: %s while it moves: nothing is repeated or left out", async (_, events) => {
  const told = await run({ replicas: 2, events }, (second, world) => {
    if (second === 100) world.cluster.state.store.create(rolloutDefinition);
  });
  expect(told).toEqual({ wrote: WALK, final: "Succeeded" });
});

test("1: CanaryRollouts give the same sequence", async () => {
  const kept: string[][] = [];
  const told = await run({ objects: [...objects(), rolloutDefinition] }, (second, world) => {
    if (second === 10) kept.push(keptIn(world));
  });
  expect(told).toEqual({ wrote: WALK, final: "Succeeded" });
  expect(kept).toEqual([["CanaryRollout"]]);
});

test("65: with a Lease for each of eight shards, a killed process hands all of them over", async () => {
  const led: number[] = [];
  const told = await run(
    { replicas: 2, events: [{ at: 70, kill: "leader" }] },
    (second, { replicas }) => {
      if (second !== 95) return;
      for (const { rollouts } of replicas) {
        const driver = rollouts.driver();
        if (driver.type === "on")
          led.push(...driver.shards.filter((s) => s.leading).map((s) => s.shard));
      }
    },
    8,
  );
  expect(told).toEqual({ wrote: WALK, final: "Succeeded" });
  expect(led.sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});

test("a replica that comes back drives its share soon, and nothing is left alone for long", async () => {
  const shares: number[][] = [];
  let alone = 0;
  const told = await run(
    { replicas: 2, events: [{ at: 15, freeze: 0, for: 25 }] },
    (second, { replicas }) => {
      const led = replicas.map(({ rollouts, gate }) => {
        const driver = rollouts.driver();
        return driver.type === "on" && !gate.isFrozen
          ? driver.shards.filter((s) => s.leading).length
          : 0;
      });
      if (second > 41) alone = Math.max(alone, 8 - (led[0] ?? 0) - (led[1] ?? 0));
      if ([14, 39, 59, 200].includes(second)) shares.push(led);
    },
    8,
  );
  expect(told).toEqual({ wrote: WALK, final: "Succeeded" });
  expect(shares).toEqual([
    [4, 4],
    [0, 8],
    [4, 4],
    [4, 4],
  ]);
  expect(alone).toBeLessThanOrEqual(1);
});

test("who takes part when all others are new learns of a dead leader's age from the server", async () => {
  let alone = 0;
  let longest = 0;
  // The others are replaced while they wait, so that none of them has seen the leader alive.
  const events = [
    { at: 70, kill: "leader" },
    ...[0, 1, 2].map((which) => ({ at: 80, kill: which })),
  ];
  const told = await run({ replicas: 3, events }, (_, { replicas }) => {
    const owned = replicas.some(({ rollouts }) => {
      const driver = rollouts.driver();
      return driver.type === "on" && driver.leading;
    });
    alone = owned ? 0 : alone + 1;
    longest = Math.max(longest, alone);
  });
  expect(told).toEqual({ wrote: WALK, final: "Succeeded" });
  expect(longest).toBeGreaterThan(10);
  expect(longest).toBeLessThanOrEqual(17);
});

test("a Lease that was deleted and counts from the beginning leaves no rollout alone", async () => {
  const told = await run({ replicas: 2 }, (second, { cluster }) => {
    if (second !== 70) return;
    const lease = cluster.state.store.get("Lease", "istio-system", "quarterdeck-rollouts");
    if (lease) cluster.state.store.delete("Lease", "istio-system", "quarterdeck-rollouts");
  });
  expect(told).toEqual({ wrote: WALK, final: "Succeeded" });
});
