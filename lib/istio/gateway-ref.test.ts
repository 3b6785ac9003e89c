import { expect, test } from "vitest";
import { resolveGateway, resolveGateways, serverHost } from "./gateway-ref";

test.each([
  ["mesh", "mesh"],
  ["edge", "shop/edge"],
  ["./edge", "shop/edge"],
  ["infra/edge", "infra/edge"],
  ["edge.infra.svc.cluster.local", "infra/edge"],
])("in shop %s is %s", (entry, gateway) => expect(resolveGateway(entry, "shop")).toBe(gateway));

test("a VirtualService without gateways is bound to the mesh", () => {
  expect(resolveGateways(undefined, "shop")).toEqual(["mesh"]);
  expect(resolveGateways([], "shop")).toEqual(["mesh"]);
});

test.each([
  ["a.com", { namespace: "*", host: "a.com" }],
  ["./a.com", { namespace: "shop", host: "a.com" }],
  ["bank/*", { namespace: "bank", host: "*" }],
  ["*/a.com", { namespace: "*", host: "a.com" }],
])("a server of shop reads %s", (entry, host) => expect(serverHost(entry, "shop")).toEqual(host));
