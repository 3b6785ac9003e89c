import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import {
  compareHosts,
  hostMatches,
  hostsOverlap,
  isIpAddress,
  isSubsetOfHost,
  mostSpecificHost,
  resolveHost,
  serviceOfFqdn,
} from "./host";

test.each([
  ["reviews", "reviews.shop.svc.cluster.local"],
  ["reviews.prod", "reviews.prod"],
  ["*", "*"],
  ["*.example.com", "*.example.com"],
  ["10.1.2.3", "10.1.2.3"],
  ["fd00::1", "fd00::1"],
  ["", ""],
])("in namespace shop %j is %j", (host, fqdn) => expect(resolveHost(host, "shop")).toBe(fqdn));

test.each([
  ["a.x", "a.x", true],
  ["a.x", "b.x", false],
  ["*.x", "a.x", true],
  ["*.x", "x", false],
  ["*.x", "*.a.x", true],
  ["*.b.x", "*.a.x", false],
  ["*", "anything", true],
  ["*", "*.x", true],
])("%s and %s overlap: %s", (a, b, overlap) => {
  expect(hostsOverlap(a, b)).toBe(overlap);
  expect(hostsOverlap(b, a)).toBe(overlap);
});

test.each([
  ["a.x", "*.x", true],
  ["*.x", "a.x", false],
  ["*.a.x", "*.x", true],
  ["*.x", "*.a.x", false],
  ["*.x", "*", true],
])("%s lies in %s: %s", (inner, outer, lies) => expect(isSubsetOfHost(inner, outer)).toBe(lies));

test("hosts sort from the most to the least specific", () => {
  const hosts = ["*", "*.com", "*.example.com", "b.com", "a.example.com"];
  expect(hosts.sort(compareHosts)).toEqual([
    "a.example.com",
    "b.com",
    "*.example.com",
    "*.com",
    "*",
  ]);
  expect(mostSpecificHost(hosts, "c.example.com")).toBe("*.example.com");
  expect(mostSpecificHost(["*.org"], "c.example.com")).toBeUndefined();
});

test("an address is told from a name", () => {
  expect(["10.0.0.1", "::1", "256.1.1.1", "1.2.3", "a.b"].filter(isIpAddress)).toEqual([
    "10.0.0.1",
    "::1",
  ]);
});

test("a service is found in its full name only", () => {
  expect(serviceOfFqdn("reviews.shop.svc.cluster.local")).toEqual({
    name: "reviews",
    namespace: "shop",
  });
  expect(serviceOfFqdn("reviews.shop")).toBeUndefined();
  expect(serviceOfFqdn("a.b.c.svc.cluster.local")).toBeUndefined();
});

describe("for any hosts", () => {
  const label = fc.constantFrom("a", "b", "c");
  const host = fc
    .tuple(fc.boolean(), fc.array(label, { minLength: 1, maxLength: 3 }))
    .map(([wild, labels]) => (wild ? ["*", ...labels] : labels).join("."));

  it("lying inside implies overlapping, and matching agrees with both", () => {
    fc.assert(
      fc.property(host, host, (a, b) => {
        if (isSubsetOfHost(a, b)) expect(hostsOverlap(a, b)).toBe(true);
        if (!a.startsWith("*")) expect(hostMatches(b, a)).toBe(isSubsetOfHost(a, b));
      }),
    );
  });
});
