import { describe, expect, test } from "vitest";
import { run } from "./testing";

/** Numbers of the plan's own: queries and webhooks, through the command's own code. */
const WALK = ["90/10@0", "75/25@60", "50/50@120", "0/100@180"];
const RATE = `sum(rate(istio_requests_total{destination_service="{{canaryHost}}",destination_canonical_revision=~"{{canary}}"}[{{window}}]))`;
const metric = (more: object) => ({ analysis: { metrics: [{ name: "rate", ...more }] } });

describe("queries", () => {
  test("one number within its limits passes, and is told", async () => {
    const told = await run({ spec: metric({ query: RATE, min: 1 }), until: 70 });
    expect(told.wrote).toEqual(WALK.slice(0, 2));
    expect(told.checks[0]?.values["rate"]).toBeCloseTo(10, 0);
  });

  test("one beyond them fails, with a limit of its own", async () => {
    const spec = metric({ query: RATE, max: 5, failureLimit: 2 });
    const told = await run({ spec, until: 70 });
    expect(told.ended).toBe("RolledBack(MetricFailed)@40");
  });

  test.each([
    ["several series", "sum by (destination_canonical_revision) (istio_requests_total)"],
    ["no PromQL", "sum("],
  ])("%s: refused before the start, with the field", async (_, query) => {
    const told = await run({ spec: metric({ query, min: 1 }), until: 10 });
    expect([told.final.phase, told.writes]).toEqual(["Rejected", []]);
    expect(told.phases.at(-1)?.message).toContain("spec.analysis.metrics[0].query");
  });

  test.each([
    ["nothing", "absent_metric"],
    ["NaN", "sum(istio_requests_total) * NaN"],
  ])("%s is waited for, then pauses, and is never taken for a number", async (_, query) => {
    const told = await run({ spec: metric({ query, min: 1 }) });
    expect(new Set(told.checks.map(({ verdict }) => verdict))).toEqual(new Set(["unknown"]));
    expect([told.wrote, told.ended]).toEqual([["90/10@0"], "Paused(NoData)@300"]);
  });

  test("a query that gives a second series in the middle pauses at once", async () => {
    const query = `sum by (response_code) (increase(istio_requests_total{destination_canonical_revision="v2",response_code="503"}[20s]) > 0) or on() vector(0) `;
    const several = `${query} or sum by (response_flags) (increase(istio_requests_total{response_flags="UH"}[20s]) > 0)`;
    const told = await run({
      spec: {
        analysis: {
          successRate: { min: 90 },
          metrics: [{ name: "rate", query: several, max: 1000 }],
        },
      },
      traffic: [
        { at: 0, version: "v2", errorRate: 0 },
        { at: 40, version: "v2", errorRate: 0.001, undelivered: 0.01 },
      ],
      until: 100,
    });
    expect(told.ended).toMatch(/^Paused\(MetricsUnavailable\)@60/);
  });
});

describe("webhooks", () => {
  const spec = {
    analysis: { webhooks: [{ name: "load", url: "https://load.test/", max: 5 }] },
  };

  test("their number is judged like any other", async () => {
    const good = await run({ spec, webhooks: [{ name: "load", value: 3 }] });
    expect(good.wrote).toEqual(WALK);
    const bad = await run({
      spec,
      webhooks: [
        { name: "load", value: 3 },
        { at: 30, name: "load", value: 9 },
      ],
    });
    expect(bad.checked).toEqual(["pass@20", "fail@40", "fail@60", "fail@80"]);
    expect(bad.ended).toBe("RolledBack(MetricFailed)@80");
  });

  test("without a number it holds; without an answer it pauses", async () => {
    const none = await run({ spec, webhooks: [{ name: "load", value: null }] });
    expect(none.ended).toBe("Paused(NoData)@300");
    const down = await run({ spec, webhooks: [{ name: "load", value: "down" }] });
    expect(down.ended).toBe("Paused(MetricsUnavailable)@100");
  });
});

test("every percentile may have a limit", async () => {
  const told = await run({
    spec: { analysis: { p50: { maxMs: 100 } } },
    traffic: [{ at: 0, version: "v2", p99: 400 }],
    until: 70,
  });
  expect(told.ended).toBe("RolledBack(MetricFailed)@60");
});
