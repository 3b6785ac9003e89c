import { expect, test } from "vitest";
import type { HttpRedirect, HttpRoute } from "@/lib/istio/virtual-service";
import { compileRoutes } from "./compile-routes";
import { headerChanges, redirectLocation, rewrittenPath } from "./rewrite";
import { anObject } from "@/lib/mesh/testing";
import { aRequest } from "./testing";

const compiled = (http: HttpRoute) =>
  compileRoutes([{ http, object: anObject("VirtualService", "a/b"), path: "", namespace: "a" }], {
    proxy: { type: "sidecar", pod: "", namespace: "", labels: {}, serviceAccount: "", key: "" },
    port: 9080,
    gateways: new Set(["mesh"]),
  })[0]!;

const prefix = [{ uri: { prefix: "/a" } }];
const regex = { match: "/(\\w+)/(\\w+)", rewrite: "/\\2/$/\\1" };

test.each<[string, HttpRoute, string, string]>([
  ["a matched prefix is replaced", { match: prefix, rewrite: { uri: "/x" } }, "/a/b?q", "/x/b?q"],
  ["as text", { match: prefix, rewrite: { uri: "/" } }, "/a/b", "//b"],
  [
    "an exact path whole",
    { match: [{ uri: { exact: "/a" } }], rewrite: { uri: "/x" } },
    "/a?q",
    "/x?q",
  ],
  [
    "so is one by regex",
    { match: [{ uri: { regex: "/.*" } }], rewrite: { uri: "/x" } },
    "/a/b",
    "/x",
  ],
  ["without a match the first slash", { rewrite: { uri: "/x/" } }, "/a", "/x/a"],
  ["groups are put in", { rewrite: { uriRegexRewrite: regex } }, "/one/two?q", "/two/$/one?q"],
  [
    "every match is replaced, the whole of it standing as \\0",
    { rewrite: { uriRegexRewrite: { match: "[ab]", rewrite: "<\\0\\\\>" } } },
    "/a/b?a",
    "/<a\\>/<b\\>?a",
  ],
  ["no rewrite, no change", {}, "/a?q", "/a?q"],
])("%s", (_, http, path, expected) =>
  expect(rewrittenPath(compiled(http), aRequest({ path }))).toBe(expected),
);

test.each<[HttpRedirect, string]>([
  [{ authority: "b.test" }, "http://b.test/a?q"],
  [{ uri: "/x" }, "http://reviews:9080/x?q"],
  [{ uri: "/x?own" }, "http://reviews:9080/x?own"],
  [{ port: 8443, scheme: "https" }, "https://reviews:8443/a?q"],
  [{ port: 80 }, "http://reviews:9080/a?q"],
  [{ port: 80, authority: "b.test" }, "http://b.test/a?q"],
  [{ port: 81, authority: "b.test" }, "http://b.test:81/a?q"],
  [{ derivePort: "FROM_PROTOCOL_DEFAULT" }, "http://reviews:9080/a?q"],
  [{ derivePort: "FROM_REQUEST_PORT" }, "http://reviews:9080/a?q"],
])("%j leads to %s", (redirect, location) =>
  expect(redirectLocation(redirect, aRequest({ path: "/a?q" }), compiled({}))).toBe(location),
);

test("headers of one layer are removed, then set, then added; the authority is no header", () => {
  const first = { set: { "X-A": "1", "x-empty": "" }, remove: ["x-b", "x-d"] };
  const second = { add: { "x-c": "2", "x-a": "3" }, set: { Host: "h", "x-d": "4" } };
  const before = { "x-b": "0", "x-c": "1", "x-d": "0" };
  const expected = { "x-a": "1,3", "x-b": null, "x-c": "1,2", "x-d": "4" };
  expect(headerChanges([[first, second]], before)).toEqual(expected);
  expect(headerChanges([[second, first]], before)).toEqual(expected);
});

test("a later layer goes over an earlier one", () =>
  expect(headerChanges([[{ set: { a: "1" } }], [{ set: { a: "2" } }]], {})).toEqual({ a: "2" }));
