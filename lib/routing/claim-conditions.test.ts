import { describe, expect, it } from "vitest";
import { claimPath } from "./claim-conditions";
import { decided, routes, shop, to } from "./testing";

const claims = {
  group: "beta",
  groups: ["a", "b"],
  scope: "read write",
  "app.io/role": { deep: "x" },
  level: 3,
};

it.each([
  ["@request.auth.claims.a.b", ["a", "b"]],
  ["@Request.Auth.Claims[a.b][C]", ["a.b", "C"]],
  ["@request.auth.claims", undefined],
  ["@request.auth.claims.", undefined],
  ["@request.auth.claims[]", undefined],
  ["@request.auth.principal", undefined],
])("%s names the claim %j", (name, path) => expect(claimPath(name)).toEqual(path));

describe("a match on a claim", () => {
  const taken = (match: object, known: Record<string, unknown> | undefined) => {
    const mesh = shop(routes(to("v1", { match: [match] }), to("v2")));
    return decided(mesh, { claims: known }).cluster?.split("|")[2] === "v1";
  };
  it.each([
    ["@request.auth.claims.group", { exact: "beta" }, true],
    ["@request.auth.claims.group", { prefix: "al" }, false],
    ["@request.auth.claims.groups", { exact: "b" }, true],
    ["@request.auth.claims.groups", { exact: "c" }, false],
    ["@request.auth.claims.scope", { exact: "write" }, true],
    ["@request.auth.claims[app.io/role][deep]", { regex: "x|y" }, true],
    ["@request.auth.claims.app.io/role.deep", { exact: "x" }, false],
    ["@request.auth.claims.level", { exact: "3" }, false],
  ])("%s %j: %s", (name, match, holds) => {
    expect(taken({ headers: { [name]: match } }, claims)).toBe(holds);
    expect(taken({ withoutHeaders: { [name]: match } }, claims)).toBe(!holds);
  });

  it("holds for nobody without an accepted token, and turned round for all of them", () => {
    const match = { "@request.auth.claims.group": { exact: "beta" } };
    expect(taken({ headers: match }, undefined)).toBe(false);
    expect(taken({ withoutHeaders: match }, undefined)).toBe(true);
  });
});
