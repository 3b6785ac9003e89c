import { expect, test } from "vitest";
import { reported } from "../testing";
import { rule } from "./virtual-service-host-duplicate";

const vs = (name: string, spec: string, meta = "namespace: shop") =>
  `apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: ${name}, ${meta}}\nspec: {${spec}}`;

test.each<[string, string[], string[]]>([
  ["the same short host", [vs("a", "hosts: [r]"), vs("b", "hosts: [r]")], ["a", "b"]],
  [
    "short and full",
    [vs("a", "hosts: [r]"), vs("b", "hosts: [r.shop.svc.cluster.local]", "namespace: other")],
    ["a", "b"],
  ],
  [
    "short in two namespaces",
    [vs("a", "hosts: [r]"), vs("b", "hosts: [r]", "namespace: other")],
    [],
  ],
  [
    "one bound to a gateway only",
    [vs("a", "hosts: [r]"), vs("b", "hosts: [r], gateways: [gw]")],
    [],
  ],
  [
    "bound to a gateway and the mesh",
    [vs("a", "hosts: [r]"), vs("b", "hosts: [r], gateways: [gw, mesh]")],
    ["a", "b"],
  ],
  [
    "private to namespaces that do not meet",
    [
      vs("a", "hosts: [x.com], exportTo: [.]"),
      vs("b", "hosts: [x.com], exportTo: [.]", "namespace: other"),
    ],
    [],
  ],
  [
    "one private, one public",
    [vs("a", "hosts: [x.com], exportTo: [.]"), vs("b", "hosts: [x.com]", "namespace: other")],
    ["a", "b"],
  ],
  [
    "a wildcard and a name, of which the name wins",
    [vs("a", 'hosts: ["*.com"]'), vs("b", "hosts: [x.com]")],
    [],
  ],
  ["a host twice in one object", [vs("a", "hosts: [x.com, x.com]")], []],
])("%s", (_, objects, names) => {
  expect(
    reported(rule, ...objects)
      .map((line) => line.split(" ")[1])
      .sort(),
  ).toEqual(names);
});

test("says which of them counts", () => {
  const old = vs("b", "hosts: [r]", "namespace: shop, creationTimestamp: '2020-01-01T00:00:00Z'");
  expect(reported(rule, vs("a", "hosts: [r]"), old)).toEqual([
    expect.stringContaining(
      "a spec.hosts[0]: shop/b and this VirtualService have the host r.shop.svc.cluster.local; shop/b is the oldest, so sidecars ignore this one for it.",
    ),
    expect.stringContaining("this one is the oldest, so sidecars ignore the others for it."),
  ]);
});
