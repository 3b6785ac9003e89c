import { describe, expect, it } from "vitest";
import { CONFIG_KINDS, kindInfo } from "@/lib/istio/kinds";
import { celProgram } from "@/lib/k8s/cel";
import { isRecord, type JsonRecord } from "@/lib/k8s/json-value";
import { customResourceDefinitions } from "./custom-resource-definitions";

interface Definition {
  readonly group: string;
  readonly scope: string;
  readonly names: { readonly kind: string; readonly plural: string };
  readonly versions: readonly {
    name: string;
    served: boolean;
    schema: { openAPIV3Schema: unknown };
  }[];
}

const definitions = customResourceDefinitions();
const specOf = (name: string): Definition | undefined =>
  definitions.find(({ metadata }) => metadata.name === name)?.spec as Definition | undefined;

/** Every rule in a schema, however deep. */
function* rulesIn(schema: unknown): Generator<JsonRecord> {
  if (Array.isArray(schema)) for (const item of schema) yield* rulesIn(item);
  if (!isRecord(schema)) return;
  const rules = schema["x-kubernetes-validations"];
  if (Array.isArray(rules)) yield* rules as JsonRecord[];
  for (const inner of Object.values(schema)) yield* rulesIn(inner);
}

describe("the definitions of custom kinds", () => {
  it.each(CONFIG_KINDS)("serve %s as the registry of kinds has it", (id) => {
    const { kind, group, plural, namespaced, versions } = kindInfo(id);
    const spec = specOf(`${plural}.${group}`);
    expect(spec).toMatchObject({
      group,
      names: { kind, plural },
      scope: namespaced ? "Namespaced" : "Cluster",
    });
    const served = spec?.versions.filter((version) => version.served).map(({ name }) => name);
    expect(served).toEqual(expect.arrayContaining([...versions]));
  });

  it("share the schemas of equal versions", () => {
    const schemas = specOf("virtualservices.networking.istio.io")?.versions.map(
      ({ schema }) => schema.openAPIV3Schema,
    );
    expect(new Set(schemas).size).toBe(1);
  });

  it("hold rules that all compile", () => {
    const rules = [...rulesIn(definitions)].map(({ rule }) => String(rule));
    expect(rules.length).toBeGreaterThan(400);
    for (const rule of new Set(rules)) expect(() => celProgram(rule), rule).not.toThrow();
  });
});
