import { describe, expect, test } from "vitest";
import { aRollout, aVirtualService, objects, run, to, writeText } from "./testing";

/** Scenarios E and F of rollouts.md section 7, through the command's own code. */
const ROUTE = "/spec/http/0/route";
const set = (at: number, stable: number, canary: number, path = ROUTE) => ({
  at,
  patch: {
    kind: "VirtualService",
    name: "reviews",
    namespace: "shop",
    json: [
      { op: "replace", path: `${path}/0/weight`, value: stable },
      { op: "replace", path: `${path}/1/weight`, value: canary },
    ],
  },
});
const edit = (at: number, ...json: unknown[]) => ({
  at,
  patch: { kind: "VirtualService", name: "reviews", namespace: "shop", json },
});

describe("E. operators", () => {
  test("36: a pause stops the clock", async () => {
    const told = await run({
      events: [
        { at: 30, command: "pause", by: "alice" },
        { at: 130, command: "resume", by: "alice" },
      ],
      until: 165,
    });
    expect(told.wrote).toEqual(["90/10@0", "75/25@160"]);
    expect(told.checked).toEqual(["pass@20", "pass@140", "pass@160"]);
  });

  test("37: to promote without a check takes force", async () => {
    expect((await run({ events: [{ at: 10, command: "promote" }], until: 50 })).wrote).toHaveLength(
      1,
    );
    const forced = await run({ events: [{ at: 10, command: "promote", force: true }], until: 50 });
    expect(forced.wrote).toEqual(["90/10@0", "75/25@10"]);
  });

  test("39: rollback takes the traffic back, abort leaves it", async () => {
    const rolled = await run({ events: [{ at: 70, command: "rollback" }] });
    expect(rolled.wrote).toEqual(["90/10@0", "75/25@60", "100/0@70"]);
    expect(rolled.ended).toBe("RolledBack(Manual)@70");
    const aborted = await run({ events: [{ at: 70, command: "abort" }] });
    expect([aborted.wrote.length, aborted.ended]).toEqual([2, "Aborted(Manual)@70"]);
  });

  test("40: rollback wins over promote", async () => {
    const told = await run({
      events: [
        { at: 70, command: "promote", force: true },
        { at: 70, command: "rollback" },
      ],
    });
    expect(told.wrote).toEqual(["90/10@0", "75/25@60", "100/0@70"]);
  });

  test("41: the same command id is one command", async () => {
    const event = { at: 70, command: "stepBack", id: "x" };
    const told = await run({ events: [event, event, { ...event, at: 72 }], until: 80 });
    expect(told.wrote).toEqual(["90/10@0", "75/25@60", "90/10@70"]);
  });

  test("a check comes before a command of the same moment, and that before the advance", async () => {
    const told = await run({ events: [{ at: 60, command: "pause" }], until: 100 });
    expect(told.checked).toContain("pass@60");
    expect(told.wrote).toEqual(["90/10@0"]);
  });

  test("43: a gate waits for approval, not by who started it", async () => {
    const spec = { steps: [10, 25, { weight: 50, approval: true }, 100], fourEyes: true };
    const told = await run({
      spec,
      startedBy: "alice",
      events: [
        { at: 300, command: "approve", by: "alice" },
        { at: 500, command: "approve", by: "bob" },
      ],
      until: 700,
    });
    expect(told.phases).toContainEqual(
      expect.objectContaining({ t: 120, phase: "Paused", reason: "Approval" }),
    );
    expect(told.wrote).toEqual(["90/10@0", "75/25@60", "50/50@500", "0/100@560"]);
  });

  test("44: a freeze lets nothing but a rollback through", async () => {
    const freezes = [{ from: 100, to: 300 }];
    const told = await run({ spec: { freezes } });
    expect(told.wrote).toEqual(["90/10@0", "75/25@60", "50/50@300", "0/100@360"]);
    const rolled = await run({ spec: { freezes }, events: [{ at: 200, command: "rollback" }] });
    expect(rolled.wrote.at(-1)).toBe("100/0@200");
  });

  test("35: another canary starts again from the first step", async () => {
    const told = await run({
      events: [
        {
          at: 130,
          patch: {
            kind: "Deployment",
            name: "reviews-v2",
            namespace: "shop",
            json: [{ op: "replace", path: "/spec/template/spec/containers/0/image", value: "r:3" }],
          },
        },
      ],
      until: 200,
    });
    expect(told.wrote).toEqual([
      "90/10@0",
      "75/25@60",
      "50/50@120",
      "100/0@130",
      "90/10@130",
      "75/25@190",
    ]);
  });
});

describe("F. edits from outside", () => {
  const added = { match: [{ uri: { prefix: "/x" } }], timeout: "3s", route: [to("v1")] };

  test("46, 48: what others wrote survives, fields unknown to us too", async () => {
    const told = await run({
      objects: objects(aVirtualService(undefined, { "x-future": { deep: [1] } })),
      events: [edit(30, { op: "add", path: "/spec/http/-", value: added })],
    });
    expect(told.final.phase).toBe("Succeeded");
    expect(told.objects["VirtualService reviews"]).toMatchObject({
      spec: {
        http: [
          { name: "primary", route: [to("v1", 0), to("v2", 100)], "x-future": { deep: [1] } },
          added,
        ],
      },
    });
  });

  test("47: a third version keeps its share", async () => {
    const told = await run({
      objects: objects(aVirtualService([to("v1", 80), to("v2", 0), to("v3", 20)])),
    });
    expect(told.wrote).toEqual(["72/8/20@0", "60/20/20@60", "40/40/20@120", "0/80/20@180"]);
  });

  test("49: reverts are put right twice", async () => {
    const told = await run({ events: [set(70, 100, 0), set(90, 100, 0), set(100, 100, 0)] });
    expect(told.wrote).toEqual(["90/10@0", "75/25@60", "75/25@70", "75/25@90"]);
    expect(told.ended).toBe("Paused(Contended)@100");
    expect(told.final.weights).toEqual({ v1: 100, v2: 0 });
  });

  test("51: adopted weights lead to the next step above them", async () => {
    const spec = { steps: [1, 2, 10, 80], drift: "adopt", analysis: { minRequests: 1 } };
    const told = await run({ spec, events: [set(70, 95, 5)], until: 200 });
    expect(told.wrote).toEqual(["99/1@0", "98/2@60", "90/10@130", "20/80@190"]);
  });

  test("or everything waits for a person", async () => {
    const told = await run({ spec: { drift: "pause" }, events: [set(70, 95, 5)] });
    expect(told.ended).toBe("Paused(Drifted)@70");
  });

  test("53: a route that moves is found by its name; one that is renamed is gone", async () => {
    const moved = await run({
      events: [edit(30, { op: "add", path: "/spec/http/0", value: added })],
    });
    expect(moved.final).toEqual({ phase: "Succeeded", weights: { v1: 0, v2: 100 } });
    const renamed = await run({
      events: [edit(30, { op: "replace", path: "/spec/http/0/name", value: "other" })],
    });
    expect(renamed.ended).toBe("Paused(TargetMissing)@30");
  });

  test("55: a route has one rollout, an object may have two", async () => {
    const second = await run({ rollouts: [aRollout({}, "again")], until: 5 });
    expect(second.stories[1]?.phases).toContainEqual(
      expect.objectContaining({ phase: "Rejected", reason: "RouteOwned" }),
    );
    const other = {
      name: "other",
      match: [{ uri: { prefix: "/o" } }],
      route: [to("v1", 100), to("v2", 0)],
    };
    const both = await run({
      objects: objects({
        ...aVirtualService(),
        spec: {
          hosts: ["reviews"],
          http: [other, { name: "primary", route: [to("v1", 100), to("v2", 0)] }],
        },
      }),
      rollouts: [
        aRollout(
          { target: { virtualService: "reviews", route: { name: "other" }, host: "reviews" } },
          "two",
        ),
      ],
    });
    expect(both.stories.map(({ writes }) => writes.map(writeText))).toEqual([
      ["90/10@0", "75/25@60", "50/50@120", "0/100@180"],
      ["90/10@0", "75/25@60", "50/50@120", "0/100@180"],
    ]);
  });
});
