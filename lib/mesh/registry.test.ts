import { describe, expect, it, test } from "vitest";
import { registry, registryHosts } from "./registry";
import { anObject, aMesh, aService } from "./testing";

const external = (key: string, hosts: readonly string[], more: object = {}) =>
  anObject("ServiceEntry", key, {
    hosts,
    ports: [{ number: 443, name: "https", protocol: "HTTPS" }],
    ...more,
  });

test("every Service and every host of a ServiceEntry is known", () => {
  const mesh = aMesh(aService("shop/reviews"), external("shop/api", ["A.com", "*.b.com"]));
  expect([...mesh.derive(registryHosts)]).toEqual([
    "reviews.shop.svc.cluster.local",
    "a.com",
    "*.b.com",
  ]);
});

test("a port without targetPort leads to itself", () => {
  const service = anObject("Service", "shop/a", { ports: [{ port: 80, targetPort: 0 }] });
  expect(aMesh(service).derive(registry).services[0]?.ports).toEqual([
    { number: 80, name: "", protocol: "Auto", targetPort: 80 },
  ]);
});

describe("of several services of one name", () => {
  const mesh = aMesh(
    external("old/api", ["a.com"]),
    external("bank/api", ["a.com"]),
    external("shop/api", ["a.com"], { exportTo: ["."] }),
  );
  const owner = (namespace: string) => mesh.derive(registry).lookup("a.com", namespace)?.namespace;

  it("a client reaches that of its own namespace", () => expect(owner("bank")).toBe("bank"));
  it("else the oldest that it sees", () => expect(owner("elsewhere")).toBe("old"));
  it("and one that is private is its owner's alone", () => expect(owner("shop")).toBe("shop"));
});

test("the annotation of a Service limits who sees it", () => {
  const service = aService("shop/reviews");
  const metadata = {
    ...service.metadata,
    annotations: { "networking.istio.io/exportTo": "., bank" },
  };
  const known = aMesh({ ...service, metadata }).derive(registry);
  const seen = ["shop", "bank", "other"].map(
    (namespace) => known.lookup("reviews.shop.svc.cluster.local", namespace) !== undefined,
  );
  expect(seen).toEqual([true, true, false]);
});

test("a wildcard serves names that nothing else has, the longest first", () => {
  const mesh = aMesh(external("a/short", ["*.com"]), external("a/long", ["*.b.com"]));
  const known = mesh.derive(registry);
  expect(known.resolve("x.b.com", "a")?.name).toBe("long");
  expect(known.resolve("x.c.com", "a")?.name).toBe("short");
  expect(known.resolve("x.org", "a")).toBeUndefined();
});
