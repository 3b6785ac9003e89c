import { describe, expect, test } from "vitest";
import { aDeployment, aDestinationRule, aVirtualService, objects, run, to } from "./testing";

/** What a rollout can write beside the weights of one route, through the command's own code. */
const WALK = ["90/10@0", "75/25@60", "50/50@120", "0/100@180"];
const pair = [to("v1", 100), to("v2", 0)];
type Route = { name?: string; route: { weight?: number }[]; mirror?: unknown };
const httpOf = (told: { objects: Readonly<Record<string, unknown>> }, name = "reviews") =>
  (told.objects[`VirtualService ${name}`] as { spec: { http: Route[] } }).spec.http;
const weightsOf = (told: Parameters<typeof httpOf>[0], name?: string) =>
  httpOf(told, name).map(({ route }) => route.map(({ weight }) => weight));
const gateway = {
  ...aVirtualService(),
  metadata: { name: "edge", namespace: "shop" },
  spec: {
    hosts: ["shop.test"],
    gateways: ["edge"],
    http: [{ name: "web", match: [{ uri: { prefix: "/reviews" } }], route: pair }],
  },
};

describe("several objects", () => {
  const target = { virtualServices: ["reviews", "edge"], host: "reviews" };

  test("are written together, the last one first on the way down", async () => {
    const file = { spec: { target }, objects: [...objects(), gateway] };
    const told = await run({ ...file, until: 70 });
    expect(told.writes.map(({ t, name, weights }) => [t, name, weights["v2"]])).toEqual([
      [0, "reviews", 10],
      [0, "edge", 10],
      [60, "reviews", 25],
      [60, "edge", 25],
    ]);
    const back = await run({ ...file, events: [{ at: 70, command: "rollback" }], until: 80 });
    expect(back.writes.slice(-2).map(({ name }) => name)).toEqual(["edge", "reviews"]);
    expect([weightsOf(back), weightsOf(back, "edge")]).toEqual([[[100, 0]], [[100, 0]]]);
  });

  test("an edit of one of them is found like one of the other", async () => {
    const json = [{ op: "replace", path: "/spec/http/0/route/0/weight", value: 100 }];
    const wrong = [...json, { op: "replace", path: "/spec/http/0/route/1/weight", value: 0 }];
    const told = await run({
      spec: { target },
      objects: [...objects(), gateway],
      events: [{ at: 30, patch: { kind: "VirtualService", name: "edge", json: wrong } }],
      until: 50,
    });
    expect(told.writes.slice(2).map(({ t, name }) => [t, name])).toEqual([[30, "edge"]]);
  });

  test("what is gone of them pauses, and is named before the start", async () => {
    const missing = await run({ spec: { target }, until: 5 });
    expect(missing.ended).toBe("Rejected(TargetMissing)@0");
    expect(missing.phases[0]?.message).toContain("spec.target.virtualServices[1]");
    const gone = await run({
      spec: { target },
      objects: [...objects(), gateway],
      events: [{ at: 30, delete: { kind: "VirtualService", name: "edge" } }],
      until: 50,
    });
    expect(gone.ended).toBe("Paused(TargetMissing)@30");
  });

  test("a root that only delegates gives way to its leaf", async () => {
    const root = {
      kind: "VirtualService",
      metadata: { name: "root", namespace: "shop" },
      spec: { hosts: ["reviews"], http: [{ name: "d", delegate: { name: "reviews" } }] },
    };
    const leaf = { ...aVirtualService(), spec: { http: [{ name: "primary", route: pair }] } };
    const told = await run({
      spec: { target: { virtualService: "root", host: "reviews" } },
      objects: [root, ...objects(leaf)],
    });
    expect(told.wrote).toEqual(WALK);
    expect(told.writes.every(({ name }) => name === "reviews")).toBe(true);
  });
});

describe("subsets", () => {
  const rule = aDestinationRule("v1", "other");
  const base = [aVirtualService([to("v1", 100)]), rule, ...objects().slice(2)];
  const spec = { canary: { subset: "v2", labels: { version: "v2" } } };
  const subsetsOf = (told: { objects: Readonly<Record<string, unknown>> }) =>
    (told.objects["DestinationRule reviews"] as { spec: { subsets: object[] } }).spec.subsets;

  test("one that is missing is added before the first weight, and the others stay", async () => {
    const told = await run({ spec, objects: base, until: 70 });
    expect(told.writes.map(({ t, kind }) => [t, kind])).toEqual([
      [0, "DestinationRule"],
      [0, "VirtualService"],
      [60, "VirtualService"],
    ]);
    expect(subsetsOf(told)).toEqual([
      { name: "v1", labels: { version: "v1" } },
      { name: "other", labels: { version: "other" } },
      { name: "v2", labels: { version: "v2" } },
    ]);
  });

  test("it goes again when the weights have gone, if it is still ours", async () => {
    const events = [{ at: 30, command: "rollback" }];
    const told = await run({ spec, objects: base, events, until: 60 });
    expect(told.ended).toBe("RolledBack(Manual)@30");
    expect(subsetsOf(told)).toEqual((rule["spec"] as { subsets: object[] }).subsets);
    const path = "/spec/subsets/2/trafficPolicy";
    const value = { loadBalancer: { simple: "RANDOM" } };
    const theirs = { kind: "DestinationRule", name: "reviews", json: [{ op: "add", path, value }] };
    const kept = await run({
      spec,
      objects: base,
      events: [{ at: 20, patch: theirs }, ...events],
      until: 60,
    });
    expect(subsetsOf(kept)).toHaveLength(3);
  });

  test("rotation leaves both names where they were", async () => {
    const told = await run({ spec: { steps: [50], finalise: "rotate" } });
    expect(told.ended).toBe("Succeeded(Rotated)@60");
    expect(told.writes.map(({ kind, weights }) => weights["v2"] ?? kind)).toEqual([
      50,
      100,
      "DestinationRule",
      0,
    ]);
    expect(subsetsOf(told)).toEqual([
      { name: "v1", labels: { version: "v2" } },
      { name: "v2", labels: { version: "v2" } },
    ]);
    expect(weightsOf(told)).toEqual([[100, 0]]);
  });
});

test("an HTTPRoute is shared among Services", async () => {
  const service = (name: string) => ({
    kind: "Service",
    metadata: { name, namespace: "shop" },
    spec: { selector: { app: name }, ports: [{ name: "http", port: 80 }] },
  });
  const filters = [{ type: "RequestHeaderModifier", requestHeaderModifier: { remove: ["x"] } }];
  const route = {
    kind: "HTTPRoute",
    metadata: { name: "web", namespace: "shop" },
    spec: {
      parentRefs: [{ name: "edge" }],
      rules: [{ filters, backendRefs: [{ name: "old", port: 80 }] }],
    },
  };
  const told = await run({
    spec: {
      target: { httpRoute: "web", host: "old" },
      stable: { host: "old" },
      canary: { host: "new" },
    },
    objects: [
      route,
      ...["old", "new"].flatMap((name) => [service(name), aDeployment("v1", 4, name)]),
    ],
    until: 300,
  });
  expect(told.final.phase).toBe("Succeeded");
  expect(told.writes.map(({ t, weights }) => [t, ...Object.values(weights)])).toEqual([
    [0, 90, 10],
    [60, 75, 25],
    [120, 50, 50],
    [180, 0, 100],
  ]);
  expect(told.objects["HTTPRoute web"]).toMatchObject({
    spec: {
      rules: [
        {
          filters,
          backendRefs: [
            { name: "old", port: 80, weight: 0 },
            { name: "new", port: 80, weight: 100 },
          ],
        },
      ],
    },
  });
});

test("another cluster's host is a canary like any other", async () => {
  const entry = {
    kind: "ServiceEntry",
    metadata: { name: "west", namespace: "shop" },
    spec: {
      hosts: ["reviews.west"],
      location: "MESH_INTERNAL",
      resolution: "DNS",
      ports: [{ number: 9080, name: "http", protocol: "HTTP" }],
    },
  };
  const route = [{ destination: { host: "reviews" }, weight: 100 }];
  const told = await run({
    spec: { stable: { host: "reviews" }, canary: { host: "reviews.west", port: 9080 } },
    objects: [entry, ...objects(aVirtualService(route))],
    traffic: [{ at: 90, version: "reviews.west", errorRate: 0.2 }],
  });
  expect(told.writes.map(({ t, weights }) => [t, weights["reviews.west"]])).toEqual([
    [0, 10],
    [60, 25],
    [140, 0],
  ]);
  expect(told.final.phase).toBe("RolledBack");
});

describe("copies", () => {
  const spec = { steps: [{ mirror: 50, hold: 60 }, 25, 100] };

  test("come before the first weight, are judged, and go", async () => {
    const early = await run({ spec, until: 30 });
    expect(httpOf(early)[0]).toMatchObject({
      mirror: { subset: "v2" },
      mirrorPercentage: { value: 50 },
      route: pair,
    });
    expect(early.checks[0]?.values["requests"]).toBeCloseTo(1000, -1);
    const told = await run({ spec, until: 250 });
    expect(told.final.phase).toBe("Succeeded");
    expect(httpOf(told)).toEqual([{ name: "primary", route: [to("v1", 0), to("v2", 100)] }]);
  });

  test("a canary that fails its copies never gets a request", async () => {
    const told = await run({ spec, traffic: [{ at: 0, version: "v2", errorRate: 0.3 }] });
    expect(told.ended).toBe("RolledBack(MetricFailed)@60");
    expect(httpOf(told)).toEqual([{ name: "primary", route: pair }]);
    expect(new Set(told.writes.map(({ weights }) => weights["v2"]))).toEqual(new Set([0]));
  });

  test("a mirror of somebody else's is refused, with the field", async () => {
    const mirrored = aVirtualService(pair, { mirror: { host: "audit.shop.svc.cluster.local" } });
    const told = await run({ spec, objects: objects(mirrored), until: 5 });
    expect(told.ended).toBe("Rejected(MirrorTaken)@0");
  });
});

test("traffic comes back in the measure of the pods that can take it", async () => {
  const told = await run({
    spec: { steps: [80, 100], rollback: { capacity: "staged" } },
    events: [
      { at: 10, podsReady: { version: "v1", ready: 1 } },
      { at: 20, command: "rollback" },
      { at: 40, podsReady: { version: "v1", ready: 3 } },
      { at: 60, podsReady: { version: "v1", ready: 4 } },
    ],
    until: 90,
  });
  expect(told.wrote).toEqual(["20/80@0", "25/75@20", "75/25@40", "100/0@60"]);
  expect(told.final.phase).toBe("RolledBack");
});
