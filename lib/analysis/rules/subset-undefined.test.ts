import { expect, test } from "vitest";
import { reported } from "../testing";
import { rule } from "./subset-undefined";

const subsets = (spec: string, namespace = "shop") =>
  `apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: dr, namespace: ${namespace}}\nspec: {${spec}}`;
const route = (host: string, subset: string) =>
  `apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: vs, namespace: shop}\nspec: {http: [{route: [{destination: {host: ${host}, subset: ${subset}}}]}]}`;

test.each<[string, string[], boolean]>([
  ["a defined one", [subsets("host: a, subsets: [{name: v1}]"), route("a", "v1")], false],
  [
    "the host written in full",
    [subsets("host: a.shop.svc.cluster.local, subsets: [{name: v1}]"), route("a", "v1")],
    false,
  ],
  [
    "a DestinationRule of the host's short name elsewhere",
    [subsets("host: a, subsets: [{name: v1}]", "other"), route("a", "v1")],
    true,
  ],
  [
    "a wildcard DestinationRule",
    [subsets('host: "*.shop.svc.cluster.local", subsets: [{name: v1}]'), route("a", "v1")],
    false,
  ],
  [
    "a rule that other namespaces keep to themselves",
    [
      subsets("host: a.shop.svc.cluster.local, exportTo: [.], subsets: [{name: v1}]", "other"),
      route("a", "v1"),
    ],
    true,
  ],
  [
    "an external host",
    [subsets("host: api.example.com, subsets: [{name: v1}]"), route("api.example.com", "v1")],
    false,
  ],
  ["no DestinationRule at all", [route("a", "v1")], true],
])("%s", (_, objects, found) => {
  expect(reported(rule, ...objects).length > 0).toBe(found);
});

test("names the rule and what it has, the likely one first among fixes", () => {
  expect(
    reported(rule, subsets("host: a, subsets: [{name: v1}, {name: v2}]"), route("a", "v22")),
  ).toEqual([
    "VirtualService vs spec.http[0].route[0].destination.subset: Subset v22 is not defined in DestinationRule shop/dr (it has v1, v2); requests of this route would get 503.",
  ]);
});
