import { expect, test } from "vitest";
import { run } from "./testing";

/** What people's own systems are told, through the command's own code (rollouts.md scenario 85). */
const spec = { hold: 20, steps: [10, 50], notifications: { url: "https://hooks.test/x" } };
const bad = [{ at: 0, version: "v2", errorRate: 0.05 }];

test("each transition is told once, of a rollout that succeeds and of one that fails", async () => {
  const good = await run({ spec, until: 60 });
  expect(
    good.notifications?.map(({ t, message }) => `${t} ${message.split(":")[0] ?? ""}`),
  ).toEqual([
    "0 Started",
    "0 10 % in place",
    "20 Advance to 50 %",
    "20 50 % in place",
    "40 Succeeded",
  ]);
  const failed = await run({ spec, traffic: bad, until: 90 });
  expect(failed.notifications?.map(({ t, event }) => `${event}@${t}`)).toEqual([
    "RolloutApplying@0",
    "RolloutAnalysing@0",
    "RolloutDecision@20",
    "RolloutDecision@40",
    "RolloutDecision@60",
    "RolloutRollingBack@60",
    "RolloutRolledBack@60",
  ]);
});

test("whoever is killed, nothing is lost", async () => {
  const whole = await run({ spec, traffic: bad, until: 120 });
  const ids = new Set(whole.notifications?.map(({ message }) => message));
  for (const when of ["intent", "write", "readBack"]) {
    const events = [
      { at: 0, kill: "leader", when },
      { at: 59, kill: "leader", when },
    ];
    const told = await run({ spec, traffic: bad, replicas: 2, events, until: 120 });
    expect(told.final.phase).toBe("RolledBack");
    expect(new Set(told.notifications?.map(({ message }) => message))).toEqual(ids);
  }
});
