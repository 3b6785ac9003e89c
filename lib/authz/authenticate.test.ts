import { describe, expect, it } from "vitest";
import type { JwtRule } from "@/lib/istio/request-authentication";
import type { Arrival } from "@/lib/mesh/arrival";
import { aMesh, anObject, aPod } from "@/lib/mesh/testing";
import { authorizer } from "./authorizer";

const base64url = (value: unknown): string =>
  btoa(JSON.stringify(value)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
/** A token whose signature says by which key it was made. */
const token = (claims: object, header: object = {}, key = "k0"): string =>
  `${base64url({ alg: "RS256", kid: "k0", ...header })}.${base64url(claims)}.${btoa(key).replace(/=+$/, "")}`;

const NOW = 1_800_000_000;
const verifier = {
  now: () => NOW,
  verify: ({ signature }: { signature: Uint8Array }, key: Readonly<Record<string, unknown>>) =>
    String.fromCharCode(...signature) === key["kid"],
};
const RULE: JwtRule = {
  issuer: "me@a.test",
  jwks: JSON.stringify({ keys: [{ kty: "RSA", kid: "k0" }] }),
};
const ALICE = { iss: "me@a.test", sub: "alice", exp: NOW + 60 };

const arrival = (more: Partial<Arrival>): Arrival => ({
  pod: aPod("shop/ratings-v1", { ip: "10.0.0.1" }),
  namespace: "shop",
  labels: {},
  type: "sidecar",
  port: 9080,
  protocol: "http",
  peer: undefined,
  sourceIp: "10.0.0.9",
  remoteIp: "10.0.0.9",
  destinationIp: "10.0.0.1",
  sni: undefined,
  method: "GET",
  scheme: "http",
  authority: "ratings:9080",
  path: "/a?b=c",
  headers: {},
  ...more,
});
const bearing = (text: string): Partial<Arrival> => ({
  headers: { authorization: `Bearer ${text}` },
});

function admitted(rules: readonly JwtRule[], more: Partial<Arrival>, allow?: object) {
  const mesh = aMesh(
    anObject("RequestAuthentication", "shop/ra", { jwtRules: rules }),
    ...(allow ? [anObject("AuthorizationPolicy", "shop/ap", { rules: [allow] })] : []),
  );
  return authorizer(mesh, verifier)(arrival(more));
}

describe("a token", () => {
  it("that is missing is no matter", () => expect(admitted([RULE], {}).refusal).toBeUndefined());

  it("that is good is taken from the request, its claims known", () =>
    expect(admitted([RULE], bearing(token(ALICE)))).toEqual({
      refusal: undefined,
      headers: { authorization: null },
      path: "/a?b=c",
      claims: ALICE,
    }));

  it.each<[string, string, string, number]>([
    [
      "of three parts none",
      "nonsense",
      "Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections",
      401,
    ],
    ["with a garbled header", "abc.def.ghi", "Jwt header is an invalid JSON", 401],
    ["of another issuer", token({ ...ALICE, iss: "x" }), "Jwt issuer is not configured", 401],
    ["that is expired", token({ ...ALICE, exp: NOW - 61 }), "Jwt is expired", 401],
    ["of the future", token({ ...ALICE, nbf: NOW + 61 }), "Jwt not yet valid", 401],
    [
      "of another key",
      token(ALICE, { kid: "k1" }),
      "Jwks doesn't have key to match kid or alg from Jwt",
      401,
    ],
    [
      "of another kind of key",
      token(ALICE, { alg: "ES256" }),
      "Jwks doesn't have key to match kid or alg from Jwt",
      401,
    ],
    [
      "of an unknown algorithm",
      token(ALICE, { alg: "none" }),
      "Jwt header [alg] is not supported",
      401,
    ],
    ["with a false signature", token(ALICE, {}, "k9"), "Jwt verification fails", 401],
  ])("%s is refused", (_, text, body, status) =>
    expect(admitted([RULE], bearing(text)).refusal).toMatchObject({
      status,
      body,
      details: `jwt_authn_access_denied{${body.replaceAll(" ", "_")}}`,
      headers: {
        "www-authenticate": 'Bearer realm="http://ratings:9080/a?b=c", error="invalid_token"',
      },
    }),
  );

  it("may be a little late", () =>
    expect(admitted([RULE], bearing(token({ ...ALICE, exp: NOW - 59 }))).refusal).toBeUndefined());

  it.each<[unknown, boolean]>([
    ["shop", true],
    [["x", "shop"], true],
    ["https://shop/", true],
    ["x", false],
    [undefined, false],
  ])("for %j is for the audience: %s", (aud, good) => {
    const { refusal } = admitted(
      [{ ...RULE, audiences: ["shop"] }],
      bearing(token({ ...ALICE, aud })),
    );
    expect(refusal?.status).toBe(good ? undefined : 403);
  });

  it("is looked for where the rule says, and nowhere else", () => {
    const rule = { ...RULE, fromHeaders: [{ name: "X-Jwt", prefix: "t-" }], fromParams: ["tok"] };
    const good = token(ALICE);
    expect(admitted([rule], { headers: { "x-jwt": `t-${good}` } }).headers).toEqual({
      "x-jwt": null,
    });
    expect(admitted([rule], { path: `/a?b=c&tok=${good}` })).toMatchObject({
      path: "/a?b=c",
      claims: ALICE,
    });
    expect(admitted([rule], bearing("nonsense")).refusal).toBeUndefined();
  });

  it("can stay, and leave its payload and claims in headers", () => {
    const rule: JwtRule = {
      ...RULE,
      forwardOriginalToken: true,
      outputPayloadToHeader: "X-Payload",
      outputClaimToHeaders: [
        { header: "x-sub", claim: "sub" },
        { header: "x-role", claim: "nested.role" },
        { header: "x-list", claim: "list" },
        { header: "x-none", claim: "none" },
      ],
    };
    const claims = { ...ALICE, nested: { role: "admin" }, list: ["a"] };
    expect(admitted([rule], bearing(token(claims))).headers).toEqual({
      "x-payload": base64url(claims),
      "x-sub": "alice",
      "x-role": "admin",
      "x-list": btoa('["a"]'),
    });
    // Nobody may bring such headers along.
    expect(admitted([rule], { headers: { "x-sub": "mallory" } }).headers).toEqual({
      "x-sub": null,
    });
  });

  it("of any of several issuers is good", () => {
    const other: JwtRule = { ...RULE, issuer: "other@b.test", audiences: ["x"] };
    expect(admitted([other, RULE], bearing(token(ALICE))).refusal).toBeUndefined();
    const wrong = bearing(token({ ...ALICE, iss: "other@b.test" }));
    expect(admitted([other, RULE], wrong).refusal).toMatchObject({ status: 403 });
  });

  it("is not looked at in a preflight", () => {
    const headers = {
      origin: "a",
      "access-control-request-method": "GET",
      authorization: "Bearer x",
    };
    expect(admitted([RULE], { method: "OPTIONS", headers }).refusal).toBeUndefined();
  });
});

describe("a policy by token", () => {
  const source = (requestPrincipal: string) => ({
    from: [{ source: { requestPrincipals: [requestPrincipal] } }],
  });
  const claim = (key: string, value: string) => ({ when: [{ key, values: [value] }] });
  const claims = {
    ...ALICE,
    aud: ["a", "b"],
    azp: "p",
    scope: "read write",
    nested: { role: "admin" },
    groups: ["g1", "g2"],
  };
  it.each<[string, object, boolean]>([
    ["any", source("*"), true],
    ["issuer and subject", source("me@a.test/alice"), true],
    ["another subject", source("me@a.test/bob"), false],
    ["any subject", source("me@a.test/*"), true],
    ["any issuer", source("*/alice"), true],
    ["an audience", claim("request.auth.audiences", "b"), true],
    ["a presenter", claim("request.auth.presenter", "p"), true],
    ["a principal", claim("request.auth.principal", "me@a.test/alice"), true],
    ["a claim", claim("request.auth.claims[sub]", "al*"), true],
    ["a claim of several", claim("request.auth.claims[groups]", "g2"), true],
    ["a nested claim", claim("request.auth.claims[nested][role]", "admin"), true],
    ["a word of a list", claim("request.auth.claims[scope]", "write"), true],
    ["no such claim", claim("request.auth.claims[x]", "*"), false],
  ])("%s", (_, rule, allowed) => {
    expect(admitted([RULE], bearing(token(claims)), rule).refusal === undefined).toBe(allowed);
    expect(admitted([RULE], {}, rule).refusal).toMatchObject({ status: 403 });
  });
});
