import { describe, expect, test } from "vitest";
import { reported } from "../testing";
import { rule as twice } from "./route-destination-twice";
import { rule as invalid } from "./schema-invalid";
import { rule as sum } from "./route-weights-sum";
import { rule as single } from "./single-route-weight-ignored";

const vs = (...weights: (number | string | undefined)[]) => `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: vs, namespace: shop}
spec:
  http:
  - route:
${weights
  .map(
    (weight, index) =>
      `    - {destination: {host: h${index}}${weight === undefined ? "" : `, weight: ${weight}`}}`,
  )
  .join("\n")}`;

describe("weights as istiod's webhook takes them", () => {
  test.each<[string, (number | string | undefined)[], number]>([
    ["relative weights", [1, 2], 0],
    ["one destination with 0", [0], 0],
    ["two with 0", [0, 0], 1],
    ["two without", [undefined, undefined], 1],
    ["one negative", [-1, 101], 1],
    ["a fraction, which the schema refuses before", [0.5, 1], 0],
    ["a half-typed weight, which counts as none", ['""', 0], 1],
  ])("%s", (_, weights, count) => {
    const ofWeights = reported(invalid, vs(...weights)).filter((line) => line.includes("eight"));
    expect(ofWeights).toHaveLength(count);
  });
});

describe("weights as people read them", () => {
  test.each<[(number | string | undefined)[], string[]]>([
    [[80, 20], []],
    [[100, undefined], []],
    [[100], []],
    [[90, 30], ["The weights add up to 120, so the destinations get 75 %, 25 %."]],
    [[1, undefined, 1], ["The weights add up to 2, so the destinations get 50 %, 0 %, 50 %."]],
    [[80, "many"], []],
  ])("%j", (weights, messages) => {
    expect(reported(sum, vs(...weights)).map((line) => line.split(": ")[1])).toEqual(messages);
  });
});

test.each([
  [80, 1],
  [100, 0],
  [0, 0],
  [undefined, 0],
])("a single destination with weight %s", (weight, count) => {
  expect(reported(single, vs(weight))).toHaveLength(count);
});

test("the same destination is the same host, subset and port", () => {
  const route = (a: string, b: string) =>
    `apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: vs, namespace: shop}\nspec: {http: [{route: [{destination: ${a}}, {destination: ${b}}]}]}`;
  expect(reported(twice, route("{host: a}", "{host: a.shop.svc.cluster.local}"))).toHaveLength(1);
  expect(reported(twice, route("{host: a, subset: v1}", "{host: a, subset: v2}"))).toEqual([]);
  expect(reported(twice, route("{host: a, port: {number: 1}}", "{host: a}"))).toEqual([]);
});
