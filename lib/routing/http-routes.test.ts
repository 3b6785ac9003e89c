import { describe, expect, it } from "vitest";
import { anObject, aPod } from "@/lib/mesh/testing";
import { decided, shop } from "./testing";

const cluster = (subset = "") => `outbound|9080|${subset}|reviews.shop.svc.cluster.local`;
const parent = { group: "", kind: "Service", name: "reviews", namespace: "shop" };
const backend = { name: "reviews", port: 9080 };
const route = (key: string, ...rules: readonly object[]) =>
  anObject("HTTPRoute", key, { parentRefs: [parent], rules });
const prefix = (value: string) => [{ path: { type: "PathPrefix", value } }];
const teller = aPod("bank/teller-v1", { ip: "10.0.1.1" });

describe("an HTTPRoute of a Service", () => {
  it.each([
    ["/pre", true],
    ["/pre/x", true],
    ["/prefix", false],
  ])("takes paths by segments: %s %s", (path, taken) => {
    const mesh = shop(route("shop/r", { matches: prefix("/pre/"), backendRefs: [backend] }));
    const { cluster: found, action } = decided(mesh, { path });
    expect(found).toBe(taken ? cluster() : undefined);
    if (!taken) expect(action).toMatchObject({ status: 404, flags: ["NR"] });
  });

  it("tries the more specific rule first, wherever it stands", () => {
    const rules = ["/", "/a", "/a/b"].map((path) => ({
      name: path,
      matches: prefix(path),
      backendRefs: [backend],
    }));
    expect(decided(shop(route("shop/r", ...rules)), { path: "/a/b" }).routeName).toBe("/a/b");
  });

  it("answers 500 where nothing can take the request", () => {
    const missing = { backendRefs: [{ name: "nowhere", port: 80 }] };
    expect(decided(shop(route("shop/r", {}))).action).toMatchObject({ status: 500, flags: [] });
    expect(decided(shop(route("shop/r", missing))).action).toMatchObject({
      status: 500,
      flags: ["NC"],
    });
  });

  it("of another namespace goes for that namespace's own clients alone", () => {
    const redirect = { type: "RequestRedirect", requestRedirect: { hostname: "r.test" } };
    const mesh = shop(teller, route("bank/r", { filters: [redirect] }));
    const authority = "reviews.shop:9080";
    expect(decided(mesh, { authority }).cluster).toBe(cluster());
    expect(decided(mesh, { authority }, { from: "bank/teller-v1" }).action).toMatchObject({
      status: 302,
      headers: { location: "http://r.test:9080/" },
    });
  });
});

describe("a TCP route", () => {
  const tcp = (...entries: readonly object[]) =>
    shop(
      teller,
      anObject("Service", "shop/db", {
        clusterIP: "10.96.9.9",
        ports: [{ name: "tcp", port: 5432 }],
      }),
      anObject("VirtualService", "shop/db", { hosts: ["db"], tcp: entries }),
    );
  const to = (port: number, match?: object) => ({
    ...(match && { match: [match] }),
    route: [{ destination: { host: "db", port: { number: port } } }],
  });
  const asked = { port: 5432, authority: "db.shop:5432", protocol: "tcp" as const };
  const own = "outbound|5432||db.shop.svc.cluster.local";

  it.each<[string, object, string, boolean]>([
    ["its port", { port: 5432 }, "shop/web-v1", true],
    ["another port", { port: 1 }, "shop/web-v1", false],
    ["the client's labels", { sourceLabels: { app: "web" } }, "shop/web-v1", true],
    ["another namespace", { sourceNamespace: "shop" }, "bank/teller-v1", false],
    ["the address", { destinationSubnets: ["10.96.0.0/16"] }, "shop/web-v1", true],
    ["another gateway", { gateways: ["edge"] }, "shop/web-v1", false],
  ])("matches by %s", (_, match, from, taken) => {
    // What the route sends to does not exist: the connection is closed, and the route was taken.
    const { action, cluster: found } = decided(tcp(to(1, match)), asked, { from });
    expect(action.type).toBe(taken ? "close" : "forward");
    expect(found).toBe(taken ? undefined : own);
  });

  it("without a match takes all", () => expect(decided(tcp(to(5432)), asked).cluster).toBe(own));
});
