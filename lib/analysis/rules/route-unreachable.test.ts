import { describe, expect, test } from "vitest";
import { reported } from "../testing";
import { rule as ineffective } from "./route-match-ineffective";
import { rule as unreachable } from "./route-unreachable";

const vs = (http: string) =>
  `apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: vs, namespace: shop}\nspec: {http: ${http}}`;
const paths = (rule: typeof unreachable, http: string) =>
  reported(rule, vs(http)).map((line) => line.split(/ |: /)[2]);

describe("rules that are never reached", () => {
  test.each<[string, string, string[]]>([
    ["behind one without matches", "[{name: a}, {match: [{uri: {prefix: /x}}]}]", ["spec.http[1]"]],
    ["two without matches", "[{}, {}]", ["spec.http[1]"]],
    ["behind the prefix / alone", "[{match: [{uri: {prefix: /}}]}, {}]", ["spec.http[1]"]],
    [
      "behind the prefix / with a header",
      "[{match: [{uri: {prefix: /}, headers: {a: {exact: b}}}]}, {}]",
      [],
    ],
    ["behind an empty match", "[{match: [{}]}, {}]", ["spec.http[1]"]],
    [
      "the same matches as before",
      "[{match: [{uri: {exact: /x}}]}, {match: [{name: n, uri: {exact: /x}}]}]",
      ["spec.http[1]"],
    ],
    [
      "one of two matches is new",
      "[{match: [{uri: {exact: /x}}]}, {match: [{uri: {exact: /x}}, {uri: {exact: /y}}]}]",
      [],
    ],
    [
      "narrower than before",
      "[{match: [{uri: {prefix: /x}}]}, {match: [{uri: {prefix: /x/y}, method: {exact: GET}}]}]",
      ["spec.http[1]"],
    ],
    ["wider than before", "[{match: [{uri: {prefix: /x/y}}]}, {match: [{uri: {prefix: /x}}]}]", []],
    [
      "another port",
      "[{match: [{uri: {prefix: /x}, port: 80}]}, {match: [{uri: {prefix: /x/y}, port: 81}]}]",
      [],
    ],
    [
      "a regex is not compared with a prefix",
      "[{match: [{uri: {regex: /x.*}}]}, {match: [{uri: {prefix: /x/y}}]}]",
      [],
    ],
    [
      "case does not count before, but here",
      "[{match: [{uri: {prefix: /x}, ignoreUriCase: true}]}, {match: [{uri: {prefix: /x}}]}]",
      [],
    ],
  ])("%s", (_, http, expected) => {
    expect(paths(unreachable, http)).toEqual(expected);
  });

  test("tells by name or number which rule takes the requests", () => {
    expect(
      reported(unreachable, vs("[{name: all}, {name: beta, match: [{uri: {exact: /b}}]}]")),
    ).toEqual([
      'VirtualService vs spec.http[1]: Rule "beta" is never used: rule "all" before it matches everything.',
    ]);
  });
});

describe("matches that never apply", () => {
  test.each<[string, string, string[]]>([
    [
      "a duplicate in the same rule",
      "[{match: [{uri: {exact: /x}}, {uri: {exact: /x}}]}]",
      ["spec.http[0].match[1]"],
    ],
    [
      "a narrower one later",
      "[{match: [{uri: {prefix: /x}}]}, {match: [{uri: {exact: /x/1}}, {uri: {exact: /y}}]}]",
      ["spec.http[1].match[0]"],
    ],
    ["behind a catch-all, which is said of the rule", "[{}, {match: [{uri: {exact: /x}}]}]", []],
    [
      "with a condition of its own",
      "[{match: [{uri: {prefix: /x}, headers: {a: {exact: b}}}]}, {match: [{uri: {prefix: /x}}]}]",
      [],
    ],
  ])("%s", (_, http, expected) => {
    expect(paths(ineffective, http)).toEqual(expected);
  });
});
