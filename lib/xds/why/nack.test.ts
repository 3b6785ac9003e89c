import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { XDS_TYPES } from "../xds-type";
import { readNack } from "./nack";
import { nackKind } from "./nack-kinds";

const LUA = `script load error: [string "function envoy_on_request(h) this is not lua"]:1: '=' expected near 'is'`;
const STATIC = "eds_cluster_config set in a non-EDS cluster";

describe("readNack", () => {
  test("listeners are refused a line each", () => {
    const text = `Error adding/updating listener(s) 0.0.0.0_80: ${LUA}\nvirtualInbound: ${LUA}\n`;
    expect(readNack("LDS", text)).toEqual([
      { name: "0.0.0.0_80", reason: LUA },
      { name: "virtualInbound", reason: LUA },
    ]);
  });

  test("clusters are refused in one line, commas in a reason part nothing", () => {
    const text = `Error adding/updating cluster(s) outbound|9080||a.svc: ${STATIC}, really, outbound|9081||a.svc: ${STATIC}`;
    expect(readNack("CDS", text)).toEqual([
      { name: "outbound|9080||a.svc", reason: `${STATIC}, really` },
      { name: "outbound|9081||a.svc", reason: STATIC },
    ]);
  });

  test("a printed message is named, its reason is not in it", () => {
    const text = `goo.gle/debugproto    \nname: "9080"\nvirtual_hosts {\n  name: "a.svc:9080"\n}`;
    expect(readNack("RDS", text)).toEqual([{ name: "9080", reason: "" }]);
  });

  test("a sentence may name the route in it", () => {
    const text =
      "Only unique values for domains are permitted. Duplicate entry of domain a in route 9080";
    expect(readNack("RDS", text)).toEqual([{ name: "9080", reason: text }]);
    expect(readNack("EDS", "malformed IP address: x")[0]?.name).toBe("");
  });

  test("any text gives something to show", () => {
    fc.assert(
      fc.property(fc.constantFrom(...XDS_TYPES), fc.string(), (type, text) => {
        expect(readNack(type, text).length).toBeGreaterThan(0);
        expect(nackKind(text).next).not.toBe("");
      }),
    );
  });
});

test.each([
  [`Error adding/updating listener(s) x: ${LUA}`, "lua-script"],
  [`Error adding/updating cluster(s) x: ${STATIC}`, "cluster-type"],
  ["x: local rate limit token bucket fill timer must be >= 50ms", "rate-limit-interval"],
  ["Only unique values for domains are permitted. Duplicate entry of domain a", "duplicate-domain"],
  ["missing ): (abc", "bad-regex"],
  ["no argument for repetition operator: *", "bad-regex"],
  ["malformed IP address: 10.0.0.300. Consider setting resolver_name", "malformed-address"],
  ["Unable to create Wasm plugin: failed to load Wasm code", "wasm-module"],
  ["0.0.0.0_80: cannot bind '0.0.0.0:80': Permission denied", "port-taken"],
  ["Failed to load private key from <inline>, Cause: KEY_VALUES_MISMATCH", "bad-certificate"],
  ["Didn't find a registered implementation for 'x' with type URL: 'y'", "unknown-extension"],
  ["route: unknown cluster 'outbound|80||a'", "unknown-cluster"],
  ["filter chain 'b' has the same matching rules defined as 'a'", "same-filter-chains"],
  ["Error: terminal filter named a of type b must be the last filter", "filter-order"],
  ["Issuer 'x' jwks is invalid", "bad-jwks"],
  ["Proto constraint validation failed (ClusterValidationError.ConnectTimeout)", "invalid-value"],
  ['goo.gle/debugproto \nname: "80"', "invalid-value"],
  ["something that nobody has seen", "other-refusal"],
])("%s means %s", (text, code) => {
  expect(nackKind(text).code).toBe(code);
});
