import { describe, expect, it } from "vitest";
import { anObject } from "@/lib/mesh/testing";
import { atMaglevHash } from "./maglev-table";
import { decided, routes, shop } from "./testing";
import { xxHash64 } from "./xx-hash";

const sticky = (consistentHash: object) =>
  shop(
    routes({ route: [{ destination: { host: "reviews" } }] }),
    anObject("DestinationRule", "shop/sticky", {
      host: "reviews",
      trafficPolicy: { loadBalancer: { consistentHash } },
    }),
  );
const ends = (consistentHash: object, request: object) => {
  const { action } = decided(sticky(consistentHash), request);
  if (action.type !== "forward") throw new Error("not forwarded");
  return { at: action.hashed?.address, cookie: action.cookie };
};

describe("the cookie that ties a client to an endpoint", () => {
  const cookie = { name: "u", ttl: "0s" };
  it("is set where there is none, with what the policy says of it", () => {
    const full = {
      name: "u",
      ttl: "1m30s",
      path: "/a",
      attributes: [{ name: "SameSite", value: "Lax" }, { name: "Secure" }],
    };
    expect(ends({ httpCookie: cookie }, {}).cookie).toMatch(/^u="[0-9a-f]{16}"; HttpOnly$/);
    expect(ends({ httpCookie: full }, {}).cookie).toMatch(
      /^u="[0-9a-f]{16}"; Max-Age=90; Path=\/a; SameSite=Lax; Secure; HttpOnly$/,
    );
  });

  it("is not set where the client has it, nor without a lifetime", () => {
    const had = ends({ httpCookie: cookie }, { headers: { cookie: 'a=1; u="x"' } });
    expect(had.cookie).toBeUndefined();
    expect(had.at).toBeDefined();
    expect(ends({ httpCookie: { name: "u" } }, {})).toEqual({ at: undefined, cookie: undefined });
  });
});

describe("what a policy hashes", () => {
  it.each([
    [{ httpHeaderName: "X-User" }, (v: string) => ({ headers: { "x-user": v } })],
    [{ httpQueryParameterName: "q" }, (v: string) => ({ path: `/?a=1&q=${v}` })],
    [{ httpCookie: { name: "u" } }, (v: string) => ({ headers: { cookie: `u=${v}` } })],
    [{ useSourceIp: true }, (v: string) => ({ sourceAddress: v })],
  ])("%j ties equal ones to one endpoint and spreads others", (policy, asking) => {
    const where = (value: string) => ends(policy, asking(value)).at;
    expect(where("alice")).toBe(where("alice"));
    const all = new Set(Array.from({ length: 40 }, (_, index) => where(`10.0.0.${index}`)));
    expect([...all].sort()).toEqual(["10.0.0.1", "10.0.0.2"]);
    expect(ends(policy, {}).at).toBeUndefined();
  });
});

describe("a table of Maglev", () => {
  const endpoints = ["10.244.1.11", "10.244.1.12", "10.244.1.13"].map((address) => ({
    address,
    port: 9080,
    ready: true,
    pod: undefined,
    labels: {},
    namespace: "",
    serviceAccount: "",
    tlsMode: "istio" as const,
  }));
  // As a real Envoy chose.
  it.each([
    ["a", 11],
    ["b", 12],
    ["c", 12],
    ["dd", 13],
    ["eee", 12],
    ["zz", 13],
  ])("of 101 places has %s at 10.244.1.%d", (value, last) =>
    expect(atMaglevHash(endpoints, 101, xxHash64(value))?.address).toBe(`10.244.1.${last}`),
  );
  it("ties requests where a policy asks for it", () => {
    const { at } = ends({ httpHeaderName: "x", maglev: {} }, { headers: { x: "1" } });
    expect(["10.0.0.1", "10.0.0.2"]).toContain(at);
  });
});
