import { describe, expect, it } from "vitest";
import { readinessHealth } from "./health";
import { shortReason } from "./short-reason";

describe("what is wrong in a few words", () => {
  it.each([
    ["error-share", "19.4 % of 216 requests/s fail; red from 5 %", "19.4 % fail"],
    [
      "latency",
      "Requests take 42 ms on average, 6.8 times the 6.2 ms of before; red from 5 times",
      "6.8× slower",
    ],
    ["config", "Its configuration has 2 errors", "config errors"],
    ["readiness", "8 of 20 services are failing: a, b", undefined],
  ] as const)("of %s", (rule, text, words) => {
    expect(shortReason({ state: "failing", rule, text })).toBe(words);
    expect(shortReason({ state: "healthy", rule, text })).toBeUndefined();
  });

  it("of pods that are not ready", () => {
    const health = readinessHealth({ ready: 1, total: 3 }) ?? expect.unreachable();
    expect(shortReason(health)).toBe("1 of 3 ready");
  });
});
