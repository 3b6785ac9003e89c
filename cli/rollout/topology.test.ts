import { expect, test } from "vitest";
import { aVirtualService, objects, run, to } from "./testing";

/** Scenarios G of rollouts.md section 7, through the command's own code. */
type Document = { spec: Record<string, { name?: string; route: { weight?: number }[] }[]> };
const WALK = ["90/10@0", "75/25@60", "50/50@120", "0/100@180"];
const pair = [to("v1", 100), to("v2", 0)];
const routesOf = (told: { objects: Readonly<Record<string, unknown>> }, type = "http") =>
  (told.objects["VirtualService reviews"] as Document).spec[type] ?? [];

test.each(["all", undefined])("56: every route to the host, in one patch (%s)", async (route) => {
  const http = [
    { match: [{ uri: { prefix: "/a" } }], route: pair },
    { match: [{ uri: { prefix: "/b" } }], route: [to("v1")] },
    { name: "primary", timeout: "2s", route: pair },
  ];
  const told = await run({
    spec: { target: { virtualService: "reviews", host: "reviews", ...(route && { route }) } },
    objects: objects({ ...aVirtualService(), spec: { hosts: ["reviews"], http } }),
    until: 20,
  });
  expect(told.wrote).toEqual(["90/10@0"]);
  const weights = routesOf(told).map((each) => each.route.map(({ weight }) => weight));
  expect(weights).toEqual([
    [90, 10],
    [90, 10],
    [90, 10],
  ]);
});

test.each([
  ["tcp", { match: [{ port: 9080 }], route: pair }],
  ["tls", { match: [{ port: 9080, sniHosts: ["reviews.shop"] }], route: pair }],
])("58: %s routes walk the same weights", async (type, route) => {
  const virtualService = {
    ...aVirtualService(),
    spec: { hosts: [type === "tls" ? "reviews.shop" : "reviews"], [type]: [route] },
  };
  const target = { virtualService: "reviews", host: "reviews", route: { type, index: 0 } };
  const told = await run({ spec: { target }, objects: objects(virtualService) });
  expect(told.wrote).toEqual(WALK);
  const refused = await run({
    spec: { target, testers: { headers: { "x-canary": { exact: "beta" } } } },
    objects: objects(virtualService),
  });
  expect([refused.warnings, refused.final.phase]).toEqual([["spec.testers"], "Rejected"]);
});

test("59: of a delegate only the leaf is written", async () => {
  const leaf = { ...aVirtualService(), spec: { http: [{ name: "primary", route: pair }] } };
  const root = {
    kind: "VirtualService",
    metadata: { name: "root", namespace: "shop" },
    spec: { hosts: ["reviews"], http: [{ name: "d", delegate: { name: "reviews" } }] },
  };
  const told = await run({ objects: [root, ...objects(leaf)] });
  expect(told.wrote).toEqual(WALK);
  expect(told.writes.every(({ name }) => name === "reviews")).toBe(true);
});

test("61: testers have the canary beside the steps, on a copy of the route", async () => {
  const more = {
    match: [{ uri: { prefix: "/api" } }],
    rewrite: { uri: "/" },
    timeout: "3s",
  };
  const file = {
    spec: { testers: { headers: { "x-canary": { exact: "beta" } } } },
    objects: objects(aVirtualService(undefined, more)),
  };
  const early = await run({ ...file, until: 20 });
  expect(early.wrote).toEqual(["90/10@0"]);
  expect(routesOf(early)).toMatchObject([
    {
      ...more,
      match: [{ uri: { prefix: "/api" }, headers: { "x-canary": { exact: "beta" } } }],
      route: [to("v2", 100)],
    },
    { name: "primary", ...more, route: [to("v1", 90), to("v2", 10)] },
  ]);
  const rolled = await run({ ...file, events: [{ at: 70, command: "rollback" }], until: 90 });
  expect(rolled.ended).toBe("RolledBack(Manual)@70");
  expect(routesOf(rolled)).toEqual([{ name: "primary", ...more, route: pair }]);
  const done = await run({ ...file, until: 300 });
  expect(done.final.phase).toBe("Succeeded");
  expect(routesOf(done)).toEqual([
    { name: "primary", ...more, route: [to("v1", 0), to("v2", 100)] },
  ]);
});

test("or the canary at all, in steps", async () => {
  const told = await run({
    spec: { testers: { cookie: { name: "beta", value: "1" }, only: true } },
    traffic: [{ at: 0, version: "v2", rps: 10 }],
    until: 20,
  });
  expect(told.wrote).toEqual(["90/10@0"]);
  expect(routesOf(told)[1]).toEqual({ name: "primary", route: pair });
});

test("steps are made, blue/green is one", async () => {
  const linear = await run({
    spec: { steps: { linear: { from: 20, by: 40 } } },
    until: 190,
  });
  expect(linear.wrote).toEqual(["80/20@0", "40/60@60", "0/100@120"]);
  const doubling = await run({
    spec: { steps: { exponential: { from: 25, factor: 2 } } },
    until: 190,
  });
  expect(doubling.wrote).toEqual(["75/25@0", "50/50@60", "0/100@120"]);
  const blueGreen = await run({ spec: { strategy: "blueGreen", steps: undefined } });
  expect(blueGreen.wrote).toEqual(["0/100@0"]);
});
