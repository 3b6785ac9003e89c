import { describe, expect, it } from "vitest";
import { matchesPattern, pathTest } from "./text-pattern";

describe("patterns with stars", () => {
  it.each([
    ["a", "a", true],
    ["a", "ab", false],
    ["*", "", true],
    ["a*", "abc", true],
    ["*c", "abc", true],
    ["a*c", "abc", true],
    ["a*a", "a", false],
    ["a*b*c", "axxbyyc", true],
    ["a*b*b", "ab", false],
    ["*x*", "abc", false],
  ])("%s on %s", (pattern, text, expected) => {
    expect(matchesPattern(pattern, text)).toBe(expected);
  });

  it("find a part of a path, and any path without one", () => {
    const path = "/api/v1/namespaces/shop/pods/p-1/log";
    expect(pathTest(undefined)(path)).toBe(true);
    expect(pathTest("/pods")(path)).toBe(true);
    expect(pathTest("shop/*/log")(path)).toBe(true);
    expect(pathTest("/services")(path)).toBe(false);
  });
});
