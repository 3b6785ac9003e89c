import { describe, expect, it, test } from "vitest";
import type { KubeObject } from "@/lib/k8s/object";
import { anObject, aPod } from "@/lib/mesh/testing";
import type { MeshRequest } from "./request";
import { decided, shop, to } from "./testing";

const edgePod = (): KubeObject => ({
  ...aPod("infra/edge-v1", { ip: "10.0.2.1" }),
  spec: { containers: [{ name: "istio-proxy", args: ["proxy", "router"] }] },
});
const edgeService = anObject("Service", "infra/edge", {
  selector: { app: "edge" },
  ports: [{ port: 80, targetPort: 8080 }],
});
const gateway = (hosts: readonly string[], more: object = {}, key = "shop/gw") =>
  anObject("Gateway", key, {
    selector: { app: "edge" },
    servers: [{ port: { number: 80, name: "http", protocol: "HTTP" }, hosts, ...more }],
  });
const service = (name: string, hosts: readonly string[], http: readonly object[], more = {}) =>
  anObject("VirtualService", `shop/${name}`, { hosts, gateways: ["gw"], http, ...more });

const at = (objects: readonly KubeObject[], request: Partial<MeshRequest> = {}) =>
  decided(
    shop(edgePod(), edgeService, ...objects),
    { port: 8080, authority: "a.test", ...request },
    { from: "infra/edge-v1" },
  );
const V2 = "outbound|9080|v2|reviews.shop.svc.cluster.local";

test("a gateway serves the hosts that its servers and a VirtualService share", () => {
  const objects = [gateway(["*.test"]), service("a", ["a.test", "a.org"], [to("v2")])];
  expect(at(objects)).toMatchObject({ cluster: V2, virtualHost: "a.test:80" });
  expect(at(objects, { authority: "a.org" }).action).toMatchObject({ status: 404, flags: ["NR"] });
  expect(at(objects, { authority: "b.test" }).action).toMatchObject({ status: 404 });
});

test("nobody listens on a port without a server", () =>
  expect(at([gateway(["*"])], { port: 80 }).action.type).toBe("close"));

test("a VirtualService that does not name the gateway is not for it", () => {
  const objects = [gateway(["*"]), service("a", ["a.test"], [to("v2")], { gateways: ["x"] })];
  expect(at(objects).action).toMatchObject({ status: 404 });
});

test("a host can be kept for the VirtualServices of a namespace", () => {
  const route = service("a", ["a.test"], [to("v2")]);
  expect(at([gateway(["bank/a.test"]), route]).action).toMatchObject({ status: 404 });
  expect(at([gateway(["./a.test"]), route]).cluster).toBe(V2);
});

describe("VirtualServices of one host", () => {
  const objects = [
    gateway(["a.test"]),
    service(
      "older",
      ["a.test"],
      [to("v1", { match: [{ uri: { prefix: "/a" } }] }), to("v1", { name: "rest" })],
    ),
    service("younger", ["a.test"], [to("v2", { match: [{ uri: { prefix: "/b" } }] })]),
  ];
  it("are merged, what takes everything last", () => {
    expect(at(objects, { path: "/b" }).cluster).toBe(V2);
    expect(at(objects, { path: "/c" }).routeName).toBe("rest");
  });
});

test("plain requests are sent to https where the server says so", () => {
  const objects = [gateway(["a.test", "bank/b.test"], { tls: { httpsRedirect: true } })];
  expect(at(objects, { path: "/x?y" }).action).toMatchObject({
    status: 301,
    headers: { location: "https://a.test/x?y" },
  });
  expect(at(objects, { authority: "b.test" }).action).toMatchObject({ status: 404 });
});

test("a match can be for another gateway or another port of this one", () => {
  const only = (match: object) =>
    at([gateway(["a.test"]), service("a", ["a.test"], [to("v2", { match: [match] })])]).cluster;
  expect(only({ gateways: ["gw"] })).toBe(V2);
  expect(only({ gateways: ["other"] })).toBeUndefined();
  expect(only({ port: 80 })).toBe(V2);
  expect(only({ port: 8080 })).toBeUndefined();
});

test("a destination without port takes the service's only one", () =>
  expect(at([gateway(["a.test"]), service("a", ["a.test"], [to("v2")])]).cluster).toBe(V2));

describe("the port of the server counts, not that of the pod behind it", () => {
  it("where a destination names none and its service has several", () => {
    const ports = [80, 81].map((port) => ({ name: `http-${port}`, port }));
    const twoPorts = anObject("Service", "shop/two", { clusterIP: "10.96.0.9", ports });
    const route = { route: [{ destination: { host: "two" } }] };
    expect(at([twoPorts, gateway(["a.test"]), service("a", ["a.test"], [route])]).cluster).toBe(
      "outbound|80||two.shop.svc.cluster.local",
    );
  });

  it("where a redirect keeps the port of the request", () => {
    const redirect = { derivePort: "FROM_REQUEST_PORT", authority: "b.test" };
    expect(
      at([gateway(["a.test"]), service("a", ["a.test"], [{ redirect }])]).action,
    ).toMatchObject({ status: 301, headers: { location: "http://b.test/" } });
  });
});
