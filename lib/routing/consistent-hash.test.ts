import { describe, expect, it } from "vitest";
import { anObject } from "@/lib/mesh/testing";
import { decided, routes, shop } from "./testing";

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
