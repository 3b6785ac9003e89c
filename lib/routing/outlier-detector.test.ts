import { describe, expect, it } from "vitest";
import type { OutlierDetection } from "@/lib/istio/destination-rule";
import { OutlierDetector, type TryOutcome } from "./outlier-detector";

const HOSTS = ["a", "b", "c"];
const failed: TryOutcome = { status: 500 };
const ok: TryOutcome = { status: 200 };

/** A detector at virtual second 1000, with how to tell it outcomes at the second that it is asked about. */
function detector(settings: OutlierDetection, hosts = HOSTS) {
  const found = new OutlierDetector(settings, 1_000_000);
  return {
    ended: (address: string, outcomes: readonly TryOutcome[], second = 1000) => {
      for (const outcome of outcomes) found.ended(address, outcome, { now: second * 1000, hosts });
    },
    out: (second = 1000) => [...found.ejected(second * 1000)].sort().join(),
  };
}

const times = (count: number, outcome: TryOutcome) => new Array<TryOutcome>(count).fill(outcome);

describe("an endpoint is ejected", () => {
  it("with the fifth 5xx in a row where nothing else is said", () => {
    const { ended, out } = detector({ maxEjectionPercent: 50 });
    ended("a", [...times(4, failed), ok, ...times(4, failed)]);
    expect(out()).toBe("");
    ended("a", [failed]);
    expect(out()).toBe("a");
  });
  it.each<[string, OutlierDetection, readonly TryOutcome[], boolean]>([
    ["3 of 5xx", { consecutive5xxErrors: 3 }, times(3, failed), true],
    ["never by 5xx where that is 0", { consecutive5xxErrors: 0 }, times(9, failed), false],
    ["2 gateway errors", { consecutiveGatewayErrors: 2 }, times(2, { status: 503 }), true],
    ["a 500 is no gateway error", { consecutiveGatewayErrors: 2 }, times(2, failed), false],
    ["failures to connect count as 503", { consecutiveGatewayErrors: 1 }, ["no-connection"], true],
    ["timeouts count as 504", { consecutiveGatewayErrors: 1 }, ["timeout"], true],
    [
      "failures to connect for themselves",
      { splitExternalLocalOriginErrors: true, consecutiveLocalOriginFailures: 2 },
      times(2, "no-connection"),
      true,
    ],
    [
      "apart from answers",
      { splitExternalLocalOriginErrors: true, consecutive5xxErrors: 1 },
      times(4, "no-connection"),
      false,
    ],
  ])("%s", (_, settings, outcomes, ejected) => {
    const { ended, out } = detector({ ...settings, maxEjectionPercent: 100 });
    ended("a", outcomes);
    expect(out()).toBe(ejected ? "a" : "");
  });
  it("as long as no more than the allowed part is out", () => {
    const third = detector({ consecutive5xxErrors: 1, maxEjectionPercent: 34 });
    third.ended("a", [failed]);
    third.ended("b", [failed]);
    expect(third.out()).toBe("a");
    // One of three is more than the tenth that goes where nothing is said.
    const tenth = detector({ consecutive5xxErrors: 1 });
    tenth.ended("a", [failed]);
    expect(tenth.out()).toBe("");
  });
});

describe("an ejected endpoint comes back", () => {
  const settings = {
    consecutive5xxErrors: 1,
    interval: "10s",
    baseEjectionTime: "25s",
    maxEjectionPercent: 100,
  };
  it("with the interval that ends after its time", () => {
    const { ended, out } = detector(settings);
    ended("a", [failed], 1003);
    expect(out(1028)).toBe("a");
    expect(out(1029.9)).toBe("a");
    expect(out(1030)).toBe("");
  });
  it("later the second time, unless it did well in between", () => {
    const twice = detector(settings);
    twice.ended("a", [failed], 1003);
    twice.ended("a", [failed], 1031);
    expect(twice.out(1070)).toBe("a");
    expect(twice.out(1090)).toBe("");
    const rested = detector(settings);
    rested.ended("a", [failed], 1003);
    expect(rested.out(1030)).toBe("");
    rested.ended("a", [failed], 1041);
    expect(rested.out(1069)).toBe("a");
    expect(rested.out(1070)).toBe("");
  });
});
