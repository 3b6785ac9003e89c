import { describe, expect, test } from "vitest";
import type { Schema } from "@/lib/k8s/schema";
import { customResourceDefinitions } from "../schemas/custom-resource-definitions";
import { describeField, describeSchema, tablesOf } from "./describe-schema";
import { documentedDefinitions } from "./documented-definitions";

interface Definition {
  readonly group: string;
  readonly names: { readonly kind: string };
  readonly versions: readonly {
    readonly name: string;
    readonly schema: { readonly openAPIV3Schema: Schema };
  }[];
}

/** Paths of the fields of `spec`, lists and maps passed through. */
function* fieldsOf(schema: Schema, path: readonly string[]): Iterable<readonly string[]> {
  for (const [name, inner] of Object.entries(schema.properties ?? {})) {
    yield [...path, name];
    yield* fieldsOf(inner, [...path, name]);
  }
  if (schema.items) yield* fieldsOf(schema.items, path);
  if (typeof schema.additionalProperties === "object") {
    yield* fieldsOf(schema.additionalProperties, path);
  }
}

const specs = customResourceDefinitions().map(({ spec }) => spec as Definition);

describe.each(specs.map((spec) => [`${spec.names.kind}.${spec.group}`, spec] as const))(
  "%s",
  (_, { group, names: { kind }, versions }) => {
    test.each(versions.map(({ name, schema }) => [name, schema.openAPIV3Schema] as const))(
      "each field of %s is explained",
      (_name, schema) => {
        const spec = schema.properties?.spec;
        const fields = spec ? [["spec"], ...fieldsOf(spec, ["spec"])] : [];
        expect(fields.length).toBeGreaterThan(1);
        const silent = fields.filter((path) => describeField({ group, kind }, path) === undefined);
        expect(silent.map((path) => path.join("."))).toEqual([]);
      },
    );
  },
);

test("no explanation is left that no field has", () => {
  const written = new Set<string>();
  const used = new Set<string>();
  for (const { group, names, versions } of specs) {
    const ends = versions.flatMap(({ schema }) => {
      const spec = schema.openAPIV3Schema.properties?.spec ?? {};
      return [["spec"], ...fieldsOf(spec, ["spec"])].flatMap((path) =>
        path.map((_, start) => path.slice(start).join(".")),
      );
    });
    for (const table of tablesOf(group, names.kind)) {
      for (const [end, text] of Object.entries(table)) written.add(`${end}: ${text}`);
      for (const end of ends) used.add(`${end}: ${table[end] ?? ""}`);
    }
  }
  expect([...written].filter((entry) => !used.has(entry))).toEqual([]);
});

test("the longest end of a path that is known wins, and the kind's own words before common ones", () => {
  const gateway = { group: "networking.istio.io", kind: "Gateway" };
  const rule = { group: "networking.istio.io", kind: "DestinationRule" };
  expect(describeField(gateway, ["spec", "servers", "tls", "mode"])).toContain("PASSTHROUGH");
  expect(describeField(rule, ["spec", "trafficPolicy", "tls", "mode"])).toContain("ISTIO_MUTUAL");
  const http = ["spec", "trafficPolicy", "connectionPool", "http", "idleTimeout"];
  expect(describeField(rule, http)).toContain("without requests");
});

test("the cluster's own words stay, and Istio's kinds are told from others of the same name", () => {
  const schema: Schema = {
    properties: { spec: { description: "Ours.", properties: { hosts: { type: "array" } } } },
  };
  const described = describeSchema(schema, {
    group: "networking.istio.io",
    kind: "VirtualService",
  });
  expect(described.properties?.spec?.description).toBe("Ours.");
  expect(described.properties?.spec?.properties?.hosts?.description).toContain("Hosts");
  expect(describeSchema(schema, { group: "example.com", kind: "VirtualService" })).toEqual(schema);
});

test("definitions for kubectl explain keep one schema for equal versions", () => {
  const definition = documentedDefinitions().find(
    ({ metadata }) => metadata.name === "virtualservices.networking.istio.io",
  );
  const { versions } = definition?.spec as Definition;
  const schemas = new Set(versions.map(({ schema }) => schema.openAPIV3Schema));
  expect(schemas.size).toBe(1);
  expect([...schemas][0]?.properties?.spec?.properties?.http?.description).toContain("first");
});
