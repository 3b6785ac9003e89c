import { expect, test } from "vitest";
import { run } from "./testing";

/** Webhooks that are asked for yes or no, through the command's own code (rollouts.md 1.2, 6.1). */
const hook = (type: string) => ({ name: "gate", type, url: "https://gate.test/" });
const spec = (type: string) => ({
  hold: 20,
  steps: [10, 50],
  analysis: { webhooks: [hook(type)] },
});
const yesFrom = (at: number) => ({ webhooks: [{ at, name: "gate", value: 1 }] });

test.each(["pre-rollout", "confirm-rollout"])("%s keeps it from its start", async (type) => {
  const told = await run({ spec: spec(type), ...yesFrom(15), until: 35 });
  expect(told.phases.map(({ phase, reason }) => `${phase}/${reason}`)).toContain("Pending/Webhook");
  expect(told.wrote).toEqual(["90/10@20"]);
});

test("confirm-traffic-increase keeps a step, and forced it is passed by", async () => {
  const told = await run({ spec: spec("confirm-traffic-increase"), ...yesFrom(55), until: 105 });
  expect(told.wrote).toEqual(["90/10@0", "50/50@60"]);
  expect(told.ended).toBe("Succeeded(AllStepsPassed)@80");
  const events = [
    { at: 30, command: "promote" },
    { at: 35, command: "promote", force: true },
  ];
  const forced = await run({ spec: spec("confirm-traffic-increase"), events, until: 40 });
  expect(forced.wrote).toEqual(["90/10@0", "50/50@35"]);
  expect(forced.ledger.map(({ note }) => note).join()).toContain("not confirmed by webhook gate");
});

test("confirm-promotion keeps it from its end alone", async () => {
  const told = await run({ spec: spec("confirm-promotion"), ...yesFrom(70), until: 105 });
  expect(told.wrote).toEqual(["90/10@0", "50/50@20"]);
  expect(told.ended).toBe("Succeeded(AllStepsPassed)@80");
});

test("rollback takes the traffic back when it says so", async () => {
  const told = await run({ spec: spec("rollback"), ...yesFrom(30), until: 45 });
  expect(told.wrote).toEqual(["90/10@0", "50/50@20", "100/0@40"]);
  expect(told.ended).toBe("RolledBack(Webhook)@40");
});

test("post-rollout is told of the end, event of everything", async () => {
  const ended = await run({ spec: spec("post-rollout"), until: 45 });
  expect(ended.notifications?.map(({ event }) => event)).toEqual(["RolloutSucceeded"]);
  const all = await run({ spec: spec("event"), until: 45 });
  expect(all.notifications?.length).toBeGreaterThan(3);
});

test("limits belong to numbers, and an unknown type is refused at its field", async () => {
  const refused = async (webhook: object) =>
    (await run({ spec: { analysis: { webhooks: [webhook] } }, until: 0 })).warnings;
  expect(await refused({ ...hook("rollback"), max: 1 })).toEqual(["spec.analysis.webhooks[0].max"]);
  expect(await refused(hook("rollout"))).toEqual(["spec.analysis.webhooks[0]"]);
  expect(await refused(hook("confirm"))).toContain("spec.analysis.webhooks[0].type");
});
