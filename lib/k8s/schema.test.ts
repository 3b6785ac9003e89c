import { describe, expect, it } from "vitest";
import type { Schema } from "./schema";
import { celFaults } from "./schema-cel";
import { applyDefaults, dropNulls } from "./schema-default";
import { prune } from "./schema-prune";
import { validate } from "./schema-validate";

const route: Schema = {
  type: "object",
  required: ["host"],
  properties: {
    host: { type: "string", minLength: 1, maxLength: 5, pattern: "^[a-z]+$" },
    weight: { type: "integer", format: "int32", minimum: 0, maximum: 100, default: 100 },
    mode: { type: "string", enum: ["A", "B"] },
    port: { "x-kubernetes-int-or-string": true },
    labels: { type: "object", additionalProperties: { type: "string" } },
    open: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
    note: { type: "string", nullable: true },
  },
};
const schema: Schema = {
  type: "object",
  properties: {
    spec: {
      type: "object",
      properties: {
        routes: {
          type: "array",
          maxItems: 2,
          items: route,
          "x-kubernetes-list-type": "map",
          "x-kubernetes-list-map-keys": ["host"],
        },
      },
    },
  },
};
const routes = (...items: unknown[]) => ({ spec: { routes: items } });
const messages = (value: unknown, of: Schema = schema) =>
  validate(value, of).map(({ field, message }) => `${field}: ${message}`);

describe("pruning", () => {
  it("drops unknown fields, and names them, but not in maps and open objects", () => {
    const kept = { host: "a", labels: { any: "x" }, open: { any: 1 } };
    expect(prune(routes({ ...kept, wait: 1 }), schema)).toEqual({
      value: routes(kept),
      unknown: ["spec.routes[0].wait"],
    });
  });

  it("hands the same object back when it knows all of it", () => {
    const object = routes({ host: "a" });
    expect(prune(object, schema).value).toBe(object);
  });
});

describe("defaulting", () => {
  it("fills in what is absent, or null where null is not allowed", () => {
    expect(applyDefaults(routes({ host: "a" }, { host: "b", weight: null }), schema)).toEqual(
      routes({ host: "a", weight: 100 }, { host: "b", weight: 100 }),
    );
    expect(applyDefaults({}, schema)).toEqual({});
  });

  it("drops other nulls, but keeps those of nullable fields and lists", () => {
    expect(dropNulls(routes({ host: "a", mode: null, note: null }, null), schema)).toEqual(
      routes({ host: "a", note: null }, null),
    );
  });
});

describe("validation", () => {
  it.each([
    [routes({}), ["spec.routes[0].host: Required value"]],
    [routes({ host: "toolong" }), ["spec.routes[0].host: Too long: may not be more than 5 bytes"]],
    [
      routes({ host: "A" }),
      [
        `spec.routes[0].host: Invalid value: "A": spec.routes[0].host in body should match '^[a-z]+$'`,
      ],
    ],
    [
      routes({ host: "a", weight: 101 }),
      [
        "spec.routes[0].weight: Invalid value: 101: spec.routes[0].weight in body should be less than or equal to 100",
      ],
    ],
    [
      routes({ host: "a", weight: 1.5 }),
      [
        'spec.routes[0].weight: Invalid value: "number": spec.routes[0].weight in body must be of type integer: "number"',
      ],
    ],
    [
      routes({ host: "a", mode: "C" }),
      ['spec.routes[0].mode: Unsupported value: "C": supported values: "A", "B"'],
    ],
    [
      routes({ host: "a", port: true }),
      [
        'spec.routes[0].port: Invalid value: "boolean": spec.routes[0].port in body must be of type integer or string: "boolean"',
      ],
    ],
    [routes({ host: "a" }, { host: "a" }), ['spec.routes[1]: Duplicate value: {"host":"a"}']],
    [
      routes({ host: "a" }, { host: "a" }, { host: "a" }, { host: "a" }),
      [
        "spec.routes: Too many: 4: must have at most 2 items",
        // Told once, however often it comes.
        'spec.routes[1]: Duplicate value: {"host":"a"}',
      ],
    ],
    [
      routes({ host: "a" }, { host: "b" }, { host: "c" }),
      ["spec.routes: Too many: 3: must have at most 2 items"],
    ],
    [
      routes(null),
      [
        'spec.routes[0]: Invalid value: "null": spec.routes[0] in body must be of type object: "null"',
      ],
    ],
    [
      routes("a"),
      [
        'spec.routes[0]: Invalid value: "string": spec.routes[0] in body must be of type object: "string"',
        'spec.routes[0]: Invalid value: "a": must be an object for an array of list-type map',
      ],
    ],
    [routes({ host: "a", port: 80 }, { host: "b", port: "http", note: null }), []],
  ])("of %j says %j", (object, expected) => {
    expect(messages(object)).toEqual(expected);
  });

  it("counts the alternatives of oneOf", () => {
    const oneOf: Schema = {
      type: "object",
      properties: { a: { type: "integer" }, b: { type: "integer" } },
      oneOf: [{ required: ["a"] }, { required: ["b"] }],
    };
    expect(messages({ a: 1 }, oneOf)).toEqual([]);
    expect(messages({ a: 1, b: 1 }, oneOf)[0]).toContain("Found 2 valid alternatives");
    expect(messages({}, oneOf)[0]).toContain("Found none valid");
  });

  it("matches patterns in linear time", () => {
    const evil: Schema = { type: "string", pattern: "^(a+)+$" };
    expect(messages(`${"a".repeat(5000)}!`, evil)).toHaveLength(1);
  });
});

describe("rules in CEL", () => {
  const ruled = (
    rule: object,
    of: Schema = { type: "object", additionalProperties: { type: "integer" } },
  ) =>
    ({
      type: "object",
      properties: { spec: { ...of, "x-kubernetes-validations": [rule] } },
    }) as Schema;
  const told = (value: unknown, rule: object, options: { of?: Schema; old?: unknown } = {}) =>
    celFaults({ spec: value }, ruled(rule, options.of), options.old && { spec: options.old });

  it("are told with their message, place and reason", () => {
    expect(
      told(
        { a: 2 },
        { rule: "self.a < 2", message: "too big", fieldPath: ".a", reason: "FieldValueForbidden" },
      ),
    ).toEqual([{ reason: "FieldValueForbidden", field: "spec.a", message: "Forbidden: too big" }]);
    expect(told({ a: 1 }, { rule: "self.a < 2" })).toEqual([]);
    expect(
      told({ a: 7 }, { rule: "self.a < 2", messageExpression: "'got ' + string(self.a)" })[0]
        ?.message,
    ).toBe("Invalid value: got 7");
  });

  it("about changes hold for changes alone", () => {
    const rule = { rule: "self == oldSelf", message: "immutable" };
    const of: Schema = { type: "string" };
    expect(told("b", rule, { of })).toEqual([]);
    expect(told("b", rule, { of, old: "a" })[0]?.message).toBe('Invalid value: "b": immutable');
    expect(told("a", rule, { of, old: "a" })).toEqual([]);
  });

  it("know Kubernetes' functions, and match with RE2", () => {
    const of: Schema = { type: "string" };
    const holds = (rule: string, value: string) => told(value, { rule }, { of }).length === 0;
    expect(holds("url(self).getScheme() == 'https'", "https://a.b/c")).toBe(true);
    expect(holds("isURL(self)", "http://a b")).toBe(false);
    expect(holds("isIP(self)", "2001:db8::1")).toBe(true);
    expect(holds("isCIDR(self)", "10.0.0.0/33")).toBe(false);
    expect(holds("duration(self) >= duration('1ms')", "0.5ms")).toBe(false);
    expect(holds("self.matches('^(a+)+$')", `${"a".repeat(5000)}!`)).toBe(false);
    expect(holds("self != '.matches('", "x")).toBe(true);
  });

  it("that cannot be worked out are faults too", () => {
    const [fault] = told({}, { rule: "self.a > 1", message: "a above 1" });
    expect(fault?.message).toContain("no such key: a evaluating rule: a above 1");
  });
});
