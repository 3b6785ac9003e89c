import { describe, expect, it, test } from "vitest";
import type { KubeObject } from "@/lib/k8s/object";
import { anObject } from "@/lib/mesh/testing";
import { decided, routes, shop, to } from "./testing";

const root = (match: object | undefined, more: object = {}) =>
  routes({ ...(match && { match: [match] }), delegate: { name: "part" }, ...more });
const part = (...http: readonly object[]) => anObject("VirtualService", "shop/part", { http });
const under = (prefix: string) => ({ uri: { prefix } });
const cluster = (path: string, ...objects: readonly KubeObject[]) =>
  decided(shop(...objects), { path }).cluster?.split("|")[2];

test("a delegate's routes stand in its place, narrowed by the root's match", () => {
  const objects = [root(under("/a")), part(to("v2", { match: [under("/a/b")] }), to("v1"))];
  expect(cluster("/a/b", ...objects)).toBe("v2");
  expect(cluster("/a/c", ...objects)).toBe("v1");
  expect(cluster("/c", ...objects)).toBeUndefined();
});

test("a route whose match lies outside of the root's is dropped", () => {
  const objects = [root(under("/a")), part(to("v2", { match: [under("/b")] }), to("v1"))];
  expect(cluster("/b", ...objects)).toBeUndefined();
  expect(cluster("/a", ...objects)).toBe("v1");
});

test("what the delegate does not say the root says", () => {
  const mesh = shop(root(undefined, { name: "r", timeout: "3s" }), part(to("v2", { name: "p" })));
  expect(decided(mesh)).toMatchObject({ routeName: "r-p", action: { timeoutMs: 3000 } });
});

test("the trace leads into the delegate", () => {
  const { trace } = decided(shop(root(undefined), part(to("v2"))));
  expect(trace.find(({ step }) => step === "route")).toMatchObject({
    object: { metadata: { name: "part" } },
    path: "spec.http[0]",
  });
});

describe("a delegate that cannot be used drops its route", () => {
  it.each([
    ["missing", []],
    [
      "with hosts of its own",
      [anObject("VirtualService", "shop/part", { hosts: ["x"], http: [to("v2")] })],
    ],
    [
      "exported to nobody",
      [anObject("VirtualService", "shop/part", { exportTo: ["~"], http: [to("v2")] })],
    ],
  ])("%s", (_, objects) =>
    expect(decided(shop(root(undefined), ...objects)).routeName).toBe("default"),
  );
});

test.each([
  [{ exact: "/a" }, { exact: "/a" }, true],
  [{ exact: "/a" }, { prefix: "/a" }, false],
  [{ prefix: "/" }, { exact: "/a" }, true],
  [{ regex: "/.*" }, { exact: "/a" }, false],
  [{ prefix: "/a" }, { regex: "/a" }, false],
])("root uri %j with part uri %j fits: %s", (outer, inner, fits) => {
  const objects = [root({ uri: outer }), part(to("v2", { match: [{ uri: inner }] }))];
  expect(cluster("/a", ...objects)).toBe(fits ? "v2" : "");
});
