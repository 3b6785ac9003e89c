import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyConfiguration, ownedBy, trackUpdate, type Writer } from "./managed-fields";
import type { KubeObject } from "./object";
import type { Schema } from "./schema";

const port: Schema = {
  type: "object",
  properties: { port: { type: "integer" }, name: { type: "string" } },
};
const schema: Schema = {
  type: "object",
  properties: {
    metadata: {
      type: "object",
      properties: { labels: { type: "object", additionalProperties: { type: "string" } } },
    },
    spec: {
      type: "object",
      properties: {
        replicas: { type: "integer" },
        hosts: { type: "array", items: { type: "string" } },
        tags: { type: "array", items: { type: "string" }, "x-kubernetes-list-type": "set" },
        ports: {
          type: "array",
          items: port,
          "x-kubernetes-list-type": "map",
          "x-kubernetes-list-map-keys": ["port"],
        },
        selector: {
          type: "object",
          additionalProperties: { type: "string" },
          "x-kubernetes-map-type": "atomic",
        },
      },
    },
  },
};
const writer = (manager: string): Writer => ({
  manager,
  apiVersion: "v1",
  time: "2026-01-01T00:00:00Z",
  schema,
  subresource: "",
});
const thing = (spec: object, labels?: Readonly<Record<string, string>>): KubeObject => ({
  apiVersion: "v1",
  kind: "Thing",
  metadata: { name: "x", ...(labels ? { labels } : {}) },
  spec,
});
const NEW = thing({});

function applied(live: KubeObject, config: KubeObject, manager: string, force = false): KubeObject {
  const outcome = applyConfiguration(live, config, writer(manager), force);
  if (outcome.conflicts) throw new Error(JSON.stringify(outcome.conflicts));
  return outcome.object;
}
const conflictsOf = (live: KubeObject, config: KubeObject, manager: string) =>
  applyConfiguration(live, config, writer(manager), false).conflicts;
const fieldsOf = (object: KubeObject, manager: string) =>
  object.metadata.managedFields?.find((entry) => entry.manager === manager)?.fieldsV1;

describe("server-side apply", () => {
  it("owns what it says, in the API server's notation", () => {
    const spec = {
      replicas: 1,
      hosts: ["a"],
      tags: ["t"],
      ports: [{ port: 80, name: "http" }],
      selector: { app: "x" },
    };
    expect(fieldsOf(applied(NEW, thing(spec, { team: "x" }), "me"), "me")).toEqual({
      "f:metadata": { "f:labels": { "f:team": {} } },
      "f:spec": {
        "f:replicas": {},
        "f:hosts": {},
        "f:tags": { 'v:"t"': {} },
        "f:ports": { 'k:{"port":80}': { ".": {}, "f:port": {}, "f:name": {} } },
        "f:selector": {},
      },
    });
  });

  it("merges list-maps and sets by item, and replaces atomic lists and maps", () => {
    const live = applied(
      NEW,
      thing({ hosts: ["a"], tags: ["a"], ports: [{ port: 80, name: "http" }] }),
      "me",
    );
    const next = applied(
      live,
      thing({ hosts: ["b"], tags: ["b"], ports: [{ port: 90 }] }),
      "you",
      true,
    );
    expect(next.spec).toEqual({
      hosts: ["b"],
      tags: ["a", "b"],
      ports: [{ port: 80, name: "http" }, { port: 90 }],
    });
  });

  it("refuses to change what another manager owns, and names it", () => {
    const live = applied(NEW, thing({ replicas: 1, hosts: ["a"] }), "me");
    expect(conflictsOf(live, thing({ replicas: 2, hosts: ["b"] }), "you")).toEqual([
      { manager: '"me"', field: ".spec.hosts" },
      { manager: '"me"', field: ".spec.replicas" },
    ]);
    const ports = applied(NEW, thing({ ports: [{ port: 80, name: "http" }] }), "me");
    expect(conflictsOf(ports, thing({ ports: [{ port: 80, name: "web" }] }), "you")).toEqual([
      { manager: '"me"', field: ".spec.ports[port=80].name" },
    ]);
  });

  it("shares a field when both say the same, and takes it when forced", () => {
    const live = applied(NEW, thing({ replicas: 1 }), "me");
    const shared = applied(live, thing({ replicas: 1 }), "you");
    expect(fieldsOf(shared, "me")).toEqual(fieldsOf(shared, "you"));
    const taken = applied(live, thing({ replicas: 2 }), "you", true);
    expect(fieldsOf(taken, "me")).toBeUndefined();
    expect(taken.spec).toEqual({ replicas: 2 });
  });

  it("drops what its manager gave up, unless somebody else owns it too", () => {
    const live = applied(
      applied(NEW, thing({ replicas: 1, hosts: ["a"], ports: [{ port: 80 }] }, { a: "1" }), "me"),
      thing({ hosts: ["a"] }),
      "you",
    );
    const next = applied(live, thing({}), "me");
    expect(next.spec).toEqual({ hosts: ["a"], ports: [] });
    expect(next.metadata.labels).toEqual({});
  });

  it("takes fields over from updates that changed them", () => {
    const live = applied(NEW, thing({ replicas: 1, hosts: ["a"] }), "me");
    const scaled = trackUpdate(
      live,
      { ...live, spec: { replicas: 5, hosts: ["a"] } },
      writer("ui"),
    );
    expect(fieldsOf(scaled, "me")).toEqual({ "f:spec": { "f:hosts": {} } });
    expect(fieldsOf(scaled, "ui")).toEqual({ "f:spec": { "f:replicas": {} } });
    expect(conflictsOf(scaled, thing({ replicas: 1, hosts: ["a"] }), "me")).toEqual([
      { manager: '"ui" using v1', field: ".spec.replicas" },
    ]);
  });

  it("meets objects that were made without managed fields", () => {
    const live = ownedBy(thing({ replicas: 1 }), writer("sandbox"));
    expect(conflictsOf(live, thing({ replicas: 2 }), "me")).toEqual([
      { manager: '"sandbox" using v1', field: ".spec.replicas" },
    ]);
  });
});

const specs = fc.record(
  {
    replicas: fc.nat(3),
    hosts: fc.array(fc.constantFrom("a", "b"), { maxLength: 2 }),
    tags: fc.uniqueArray(fc.constantFrom("s", "t"), { maxLength: 2 }),
    ports: fc.uniqueArray(
      fc.record({ port: fc.constantFrom(80, 90), name: fc.constantFrom("http", "web") }),
      { selector: ({ port: number }) => number, maxLength: 2 },
    ),
    selector: fc.dictionary(fc.constantFrom("k", "l"), fc.constantFrom("x", "y")),
  },
  { requiredKeys: [] },
);
const configs = fc.record({
  spec: specs,
  labels: fc.dictionary(fc.constantFrom("k", "l"), fc.constantFrom("x", "y")),
});

describe("server-side apply, for any configuration,", () => {
  it("changes nothing when done twice", () => {
    fc.assert(
      fc.property(configs, configs, (first, second) => {
        const live = applied(NEW, thing(first.spec, first.labels), "me");
        const config = thing(second.spec, second.labels);
        const once = applied(live, config, "you", true);
        expect(applied(once, config, "you")).toEqual(once);
      }),
    );
  });

  it("leaves exactly what its one manager applied last", () => {
    fc.assert(
      fc.property(configs, configs, (first, second) => {
        const live = applied(NEW, thing(first.spec), "me");
        const next = applied(live, thing(second.spec), "me");
        const fresh = applied(NEW, thing(second.spec), "me");
        expect(compact(next.spec)).toEqual(compact(fresh.spec));
      }),
    );
  });

  it("never conflicts when forced, and then holds all that was applied", () => {
    fc.assert(
      fc.property(configs, configs, (first, second) => {
        const live = applied(NEW, thing(first.spec), "me");
        const next = applied(live, thing(second.spec), "you", true);
        const { ports = [], tags = [], ...whole } = second.spec;
        const merged = next.spec as typeof second.spec;
        expect(merged).toMatchObject(whole);
        expect(merged.tags ?? []).toEqual(expect.arrayContaining(tags));
        expect(merged.ports ?? []).toEqual(expect.arrayContaining(ports));
      }),
    );
  });
});

/** Lists of items and maps that were emptied stay as empty ones: they say the same as none. */
const compact = (spec: unknown): unknown =>
  Object.fromEntries(
    Object.entries(spec as object)
      .filter(
        ([, value]) => !(typeof value === "object" && Object.keys(value as object).length === 0),
      )
      .map(([field, value]) => [
        field,
        field === "ports" || field === "tags"
          ? [...(value as unknown[])].sort((a, b) =>
              JSON.stringify(a) < JSON.stringify(b) ? -1 : 1,
            )
          : (value as unknown),
      ]),
  );
