import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import gatewayApi from "@/lib/istio/schemas/gateway-api.gen.json";
import istio from "@/lib/istio/schemas/istio.gen.json";
import type { CompactDefinition } from "@/lib/istio/schemas/custom-resource-definitions";
import { isRecord, type JsonRecord } from "./json-value";
import { isFaultless } from "./plain-check";
import { plainRule } from "./plain-cel";
import type { Schema } from "./schema";
import { celFaults } from "./schema-cel";
import { applyDefaults, dropNulls } from "./schema-default";
import { prune } from "./schema-prune";
import { validate } from "./schema-validate";

const SCHEMAS: readonly Schema[] = [...istio, ...gatewayApi].flatMap(
  ({ schemas }: CompactDefinition) => Object.values(schemas),
);

type Pick = (count: number) => number;

/** Numbers below a count, from a seed. */
function picker(seed: number): Pick {
  let state = seed | 1;
  return (count) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % count;
  };
}

const TEXTS = [
  ..."a v1 reviews.shop A.b * *.a.b a/b http 80 0 1s 1ms 0s 1.5s 2h http://a https://a/b /a /a//b".split(
    " ",
  ),
  ..."Exact RegularExpression Service Gateway Hostname IPAddress URI 10.0.0.1 10.0.0.0/8 unix:///a".split(
    " ",
  ),
  ..."unix://@ é HTTP HTTPS GRPC TLS RequestHeaderModifier CORS RequestRedirect gateway.networking.k8s.io/x".split(
    " ",
  ),
  "",
  "a b",
];
const NUMBERS = [0, 1, 2, 80, 443, 65535, 65536, -1, 1.5];

/** A value that nearly fits a schema. */
function valueFor(schema: Schema, pick: Pick, depth = 0): unknown {
  const odd = pick(60);
  if (odd === 0) return null;
  if (odd === 1) return TEXTS[pick(TEXTS.length)];
  if (odd === 2) return [{}];
  if (schema.enum) return schema.enum[pick(schema.enum.length)];
  if (schema["x-kubernetes-int-or-string"]) return [80, "80", "http"][pick(3)];
  switch (schema.type) {
    case "object":
      return recordFor(schema, pick, depth);
    case "array": {
      const { items = {} } = schema;
      return Array.from({ length: pick(4) }, () => valueFor(items, pick, depth + 1));
    }
    case "integer":
    case "number":
      return NUMBERS[pick(NUMBERS.length)];
    case "boolean":
      return pick(2) === 0;
    default:
      return TEXTS[pick(TEXTS.length)];
  }
}

function recordFor(schema: Schema, pick: Pick, depth: number): JsonRecord {
  const { properties = {}, required = [], additionalProperties } = schema;
  const value: Record<string, unknown> = {};
  const density = depth < 2 ? 2 : 4;
  for (const [field, inner] of Object.entries(properties)) {
    const isWanted = required.includes(field) ? pick(30) > 0 : pick(density) === 0;
    if (isWanted && field !== "status") value[field] = valueFor(inner, pick, depth + 1);
  }
  if (isRecord(additionalProperties)) {
    for (let count = pick(3); count > 0; count--) {
      value[TEXTS[pick(TEXTS.length)] ?? ""] = valueFor(additionalProperties, pick, 9);
    }
  }
  if (pick(40) === 0) value["unknown"] = 1;
  return value;
}

const FRAME = new Set(["apiVersion", "kind", "metadata"]);

function faultsOf(object: JsonRecord, schema: Schema): readonly unknown[] {
  const unknown = prune(object, schema).unknown.filter(
    (path) => !FRAME.has(path.split(/[.[]/)[0] ?? ""),
  );
  const filled = applyDefaults(dropNulls(object, schema), schema);
  return [...unknown, ...validate(filled, schema), ...celFaults(filled, schema)];
}

describe("the quick check of an object", () => {
  it("finds faultless only what the exact checks find faultless, and nearly all of that", () => {
    let [faultless, found] = [0, 0];
    fc.assert(
      fc.property(fc.nat(SCHEMAS.length - 1), fc.integer(), (index, seed) => {
        const schema = SCHEMAS[index]!;
        const pick = picker(seed);
        const spec = schema.properties?.["spec"];
        const object = {
          apiVersion: "a/v1",
          kind: "A",
          metadata: { name: "a", labels: { any: "x" } },
          ...(spec && { spec: valueFor(spec, pick) }),
          ...(pick(20) === 0 && { other: 1 }),
        };
        const faults = faultsOf(object, schema);
        if (faults.length === 0) faultless++;
        if (!isFaultless(object, schema)) return;
        found++;
        expect(faults, JSON.stringify(object)).toEqual([]);
      }),
      { numRuns: 2000 },
    );
    expect(faultless).toBeGreaterThan(150);
    expect(found / faultless).toBeGreaterThan(0.8);
  });

  it("finds the same of each part of a schema", () => {
    const parts: Schema[] = [];
    const collect = (schema: Schema): void => {
      if (schema["x-kubernetes-validations"] || schema.oneOf || schema.pattern) parts.push(schema);
      for (const inner of Object.values(schema.properties ?? {})) collect(inner);
      if (schema.items) collect(schema.items);
      if (isRecord(schema.additionalProperties)) collect(schema.additionalProperties);
    };
    SCHEMAS.forEach(collect);
    let [faultless, found] = [0, 0];
    fc.assert(
      fc.property(fc.nat(parts.length - 1), fc.integer(), (index, seed) => {
        const part = parts[index]!;
        const schema: Schema = { type: "object", properties: { spec: part } };
        const object = { spec: valueFor(part, picker(seed), 2) };
        const faults = faultsOf(object, schema);
        if (faults.length === 0) faultless++;
        if (!isFaultless(object, schema)) return;
        found++;
        expect(faults, JSON.stringify([object, part])).toEqual([]);
      }),
      { numRuns: 6000 },
    );
    expect(faultless).toBeGreaterThan(1500);
    expect(found / faultless).toBeGreaterThan(0.9);
  });
});

describe("a quick rule", () => {
  test.each<[string, unknown, unknown]>([
    ["self.all(x, self.exists_one(y, x.a == y.a))", [{ a: 1 }, { a: 2 }], [{ a: 1 }, { a: 1 }]],
    ["has(self.a) ? self.a > 1 : true", {}, { a: 1 }],
    ["duration(self) >= duration('1ms')", "1s", "0s"],
    ["self.split('/')[0].size() < 3", "ab/cde", "abc/d"],
    ["size(self.__namespace__) == 1", { namespace: "a" }, { namespace: "ab" }],
    [String.raw`self.matches('^a\\.b$')`, "a.b", "acb"],
    ["url(self).getScheme() in ['http']", "http://a", "ftp://a"],
    ["(has(self.a) ? 1 : 0) + (has(self.b) ? 1 : 0) <= 1", { a: 1 }, { a: 1, b: 1 }],
    ["self.substring(1, 2) == 'b'", "abc", "acb"],
  ])("%s holds for %j and not for %j", (rule, good, bad) => {
    expect(plainRule(rule)(good)).toBe(true);
    expect(plainRule(rule)(bad)).toBe(false);
  });

  test.each<[string, unknown]>([
    ["self.a == 1", {}],
    ["self.a == '1'", { a: 1 }],
    ["self == oldSelf", "a"],
    ["size(self) == 1", "é"],
    ["self.matches('(?i)a')", "a"],
    ["self.all(x, x)", [1]],
    ["isIP(self)", "10.0.0.1"],
    ["self.a.b", { a: null }],
    ["self == 1 &&", 1],
  ])("%s of %j is left to the exact evaluation", (rule, value) => {
    expect(plainRule(rule)(value)).toBe(false);
  });

  it.each(["(", "!", "[", "size("])("refuses rules of thousands of '%s' at once", (opening) => {
    expect(plainRule(`${opening.repeat(5000)}true`)(1)).toBe(false);
  });
});
