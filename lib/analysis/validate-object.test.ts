import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { parseYaml, YAML_LIMITS } from "@/lib/yaml/parse";
import { faultPath } from "./fault-path";
import { validateObject } from "./validate-object";

const told = (yaml: string) =>
  validateObject(
    parseYaml(yaml, { ...YAML_LIMITS, hasOldBooleans: true }).documents[0]?.value,
  ).issues.map(({ stage, level, path, message }) => `${stage} ${level} ${path}: ${message}`);

const VS = "apiVersion: networking.istio.io/v1\nkind: VirtualService\n";
const SPEC = "spec: {hosts: [a], http: [{route: [{destination: {host: a}}]}]}\n";
const NAMED = "metadata: {name: a}\n";

describe("an object on its way into the cluster", () => {
  it("passes every stage when it is fine", () => {
    expect(told(VS + NAMED + SPEC)).toEqual([]);
    expect(validateObject({ apiVersion: "v1", kind: "Service" })).toEqual({
      issues: [],
      isJudged: false,
    });
  });

  test.each([
    ["kind: VirtualService\n", ["decode Error apiVersion: Object 'apiVersion' is missing"]],
    [
      `apiVersion: v1\nkind: VirtualService\n${NAMED}`,
      ['decode Error apiVersion: no matches for kind "VirtualService" in version "v1"'],
    ],
    [
      `${VS}metadata: {name: a, labels: {on: off}}\n${SPEC}`,
      [
        'decode Error metadata.labels: VirtualService in version "v1" cannot be handled as a VirtualService: json: cannot unmarshal bool into Go struct field ObjectMeta.labels of type string',
      ],
    ],
    [
      `${VS}metadata: {name: A, foo: 1}\nspec: {hosts: [a], htp: []}\n`,
      [
        'strict Error metadata.foo: strict decoding error: unknown field "metadata.foo"',
        'strict Error spec.htp: strict decoding error: unknown field "spec.htp"',
      ],
    ],
    [
      `${VS}${NAMED}spec: {hosts: [a], http: {}}\n`,
      [
        'schema Error spec.http: Invalid value: "object": spec.http in body must be of type array: "object"',
        expect.stringContaining("some validation rules were not checked") as string,
      ],
    ],
    [
      `${VS}${NAMED}spec: {hosts: [a], http: [{timeout: 0s, redirect: {uri: /}}]}\n`,
      [
        'cel Error spec.http[0].timeout: Invalid value: "0s": must be a valid duration greater than 1ms',
      ],
    ],
    [
      `${VS}metadata: {name: a, finalizers: [x]}\nspec: {hosts: ["*"], http: []}\n`,
      [
        expect.stringContaining("prefer a domain-qualified finalizer name") as string,
        "webhook Error spec.hosts[0]: wildcard host * is not allowed for virtual services bound to the mesh gateway",
        "webhook Error spec: http, tcp or tls must be provided in virtual service",
      ],
    ],
    [
      "apiVersion: gateway.networking.k8s.io/v1alpha2\nkind: TCPRoute\nmetadata: {name: a}\nspec: {rules: [{backendRefs: [{name: a, port: 1}]}]}\n",
      [expect.stringMatching(/^decode Warning : The v1alpha2 version of TCPRoute/) as string],
    ],
  ])("%s", (yaml, expected) => {
    const all = told(yaml);
    for (const words of expected) expect(all).toContainEqual(words);
    expect(all.filter((text) => text.startsWith("webhook")).length).toBe(
      expected.filter((text) => String(text).startsWith("webhook")).length,
    );
  });

  test.each([
    ["{generateName: a-}", []],
    [`{generateName: ${"x".repeat(253)}}`, []],
    ["{generateName: a_}", ["metadata.generateName", "metadata.name"]],
    ["{generateName: '-'}", ["metadata.generateName", "metadata.name"]],
    // The name that is made of it is cut.
    [`{generateName: ${"x".repeat(260)}}`, ["metadata.generateName"]],
    ["{name: a, generateName: A}", ["metadata.generateName"]],
    // Of a prefix with a dash the last letter does not matter.
    ["{name: a, generateName: A-}", []],
    ["{name: a, ownerReferences: [{apiVersion: v1, kind: Pod, name: a, uid: u}]}", []],
    [
      "{name: a, ownerReferences: [{apiVersion: v1, kind: Event, name: a, uid: u}]}",
      ["metadata.ownerReferences"],
    ],
    [
      "{name: a, ownerReferences: [{apiVersion: a/b/c, kind: Pod, name: a, uid: u}]}",
      ["metadata.ownerReferences.apiVersion"],
    ],
  ])("judges the metadata %s", (metadata, fields) => {
    const paths = told(`${VS}metadata: ${metadata}\n${SPEC}`).map((line) => line.split(/ |: /)[2]);
    expect(paths).toEqual(fields);
  });

  it("drops a status that is written apart, and judges one that is not", () => {
    expect(told(`${VS}${NAMED}${SPEC}status: no object\n`)).toEqual([]);
    const grant = "apiVersion: gateway.networking.k8s.io/v1\nkind: ReferenceGrant\n";
    const spec =
      "spec: {from: [{group: a, kind: A, namespace: b}], to: [{group: '', kind: Secret}]}\n";
    expect(told(`${grant}${NAMED}${spec}`)).toEqual([]);
    expect(told(`${grant}${NAMED}${spec}status: {}\n`)).toEqual([
      'strict Error status: strict decoding error: unknown field "status"',
    ]);
  });

  it("takes a null among the finalizers for an empty one", () => {
    expect(told(`${VS}metadata: {name: a, finalizers: [null]}\n${SPEC}`)[0]).toContain(
      'metadata Error metadata.finalizers: Invalid value: ""',
    );
  });

  it("says that CEL was not asked when its name is missing", () => {
    expect(told(`${VS}metadata: {}\n${SPEC}`).at(-1)).toContain("were not checked");
  });
});

test.each([
  ["spec.http[0].route", { spec: { http: [{ route: [] }] } }, ["spec", "http", 0, "route"]],
  ["spec.labels.app.io/x", { spec: { labels: { "app.io/x": 1 } } }, ["spec", "labels", "app.io/x"]],
  ["spec.ports[a.b]", { spec: { ports: { "a.b": 1 } } }, ["spec", "ports", "a.b"]],
  ["spec.labels[]", { spec: { labels: { "": 1 } } }, ["spec", "labels", ""]],
  ["spec.absent.field", { spec: {} }, ["spec", "absent", "field"]],
  ["", {}, []],
])("the field %s lies at its path", (field, object, path) => {
  expect(faultPath(field, object)).toEqual(path);
});

it("reads any name of a field to its end", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("a", ".", "[", "]", "0") }), (field) => {
      expect(faultPath(field, { a: [{ a: 1 }], "a.a": {} }).length).toBeLessThanOrEqual(
        field.length,
      );
    }),
  );
});
