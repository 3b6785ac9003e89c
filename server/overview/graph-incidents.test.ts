import { describe, expect, it } from "vitest";
import { instant, millis } from "@/lib/base/units";
import { buildGraph } from "@/lib/graph/build-graph";
import { requests, telemetry } from "@/lib/graph/testing";
import { meshView } from "@/lib/mesh/view";
import type { Metrics } from "../ports";
import { withEvidence } from "./graph-evidence";
import { graphIncidents, withSuspect } from "./graph-incidents";
import { compareIncidents } from "./incident";

const failed = { response_code: "500" };
const services = ["front", "cart", "pay", "ads"].map((name) => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name, namespace: "shop" },
}));
type Parts = Parameters<typeof requests>;
const incidents = (...series: Parts[]) =>
  graphIncidents(
    buildGraph(
      telemetry({ requests: series.map((parts) => requests(...parts)) }),
      meshView(services),
      {
        windowSeconds: 60,
        type: "service",
      },
    ),
  );

describe("graphIncidents", () => {
  it("finds nothing in a healthy mesh", () => {
    expect(incidents(["shop/front-v1", "shop/cart-v1", 10])).toEqual([]);
  });

  it("blames the origin, and names those that only pass the errors on", () => {
    const found = incidents(
      ["istio-ingress/gateway-v1", "shop/front-v1", 10],
      ["istio-ingress/gateway-v1", "shop/front-v1", 10, failed],
      ["shop/front-v1", "shop/pay-v1", 10],
      ["shop/front-v1", "shop/pay-v1", 10, { ...failed, response_flags: "UH" }],
    );
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({
      id: "graph shop/pay",
      status: "fail",
      target: { page: "topology", id: "shop/pay" },
      weight: 10,
    });
    expect(found[0]!.title.replaceAll("\u00a0", " ")).toBe(
      "front → pay answers 500 to 50.0 % of requests",
    );
    expect(found[0]!.cause).toContain("Envoy flags them UH: no healthy upstream.");
    expect(found[0]!.cause).toContain("It reaches front, gateway.");
  });

  it("says how much slower a service is than it was", () => {
    const call = (value: number, more = {}) =>
      requests("shop/front-v1", "shop/cart-v1", value, more);
    const measured = telemetry({
      requests: [call(10)],
      durations: [call(10 * 300)],
      past: [call(10 * 50, { part: "sum" }), call(10, { part: "count" })],
    });
    const options = { windowSeconds: 60, type: "service" } as const;
    const [found] = graphIncidents(buildGraph(measured, meshView(services), options));
    expect(found?.title.replaceAll("\u00a0", " ")).toBe(
      "front → cart: requests take 300 ms on average, 6.0 times the 50 ms of before",
    );
  });

  it("names the version that fails while others do not", () => {
    const [found] = incidents(
      ["shop/front-v1", "shop/cart-v1", 8],
      ["shop/front-v1", "shop/cart-v2", 2, failed],
    );
    expect(found?.cause.replaceAll("\u00a0", " ")).toContain(
      "It comes from version v2, which fails 100 % of its 2.0 requests/s.",
    );
  });

  it("shows all of a circle, worst first", () => {
    const found = incidents(
      ["shop/cart-v1", "shop/pay-v1", 10],
      ["shop/cart-v1", "shop/pay-v1", 5, failed],
      ["shop/pay-v1", "shop/cart-v1", 10],
      ["shop/pay-v1", "shop/cart-v1", 9, failed],
    ).sort(compareIncidents);
    expect(found.map(({ id }) => id)).toEqual(["graph shop/cart", "graph shop/pay"]);
  });
});

describe("withEvidence and withSuspect", () => {
  const at = instant(Date.parse("2026-11-21T14:30:00Z"));
  const minute = (n: number) => instant(Date.parse("2026-11-21T14:00:00Z") + n * 60_000);
  const metrics = (failsFrom: number): Metrics => ({
    url: "http://prometheus.test",
    query: () => Promise.resolve([]),
    queryRange: (_promql, { start, end, step }) => {
      const times: number[] = [];
      for (let time: number = start; time <= end; time += step) times.push(time);
      const line = (value: (time: number) => number) =>
        times.map((time) => ({ at: instant(time), value: value(time) }));
      return Promise.resolve([
        { labels: { response_code: "200" }, points: line(() => 8) },
        { labels: { response_code: "503" }, points: line((time) => (time >= failsFrom ? 2 : 0)) },
      ]);
    },
    scrapeInterval: () => Promise.resolve(millis(1000)),
  });
  const incident = () =>
    incidents(["shop/front-v1", "shop/pay-v1", 8], ["shop/front-v1", "shop/pay-v1", 2, failed])[0]!;
  const change = (name: string, when: number) => ({
    ref: { kind: "VirtualService" as const, namespace: "shop", name },
    at: minute(when),
    what: "changed" as const,
    who: "kubectl",
    fields: [],
  });

  it("reads from the line when it began, and what changed just before", async () => {
    const seen = await withEvidence(incident(), { metrics: metrics(minute(20)), at });
    expect(seen).toMatchObject({ since: minute(20), sinceOrEarlier: false });
    expect(seen.evidence?.value.replaceAll("\u00a0", " ")).toBe("20.0 %");
    expect(seen.evidence?.points.slice(-22, -19)).toEqual([0, 0.2, 0.2]);
    const blamed = withSuspect(seen, [change("pay", 25), change("cart", 19), change("pay", 18)]);
    expect(blamed.cause).toMatch(/^VirtualService shop\/pay was changed by kubectl just before\./);
    expect(blamed.actions[0]).toMatchObject({ label: "Open VirtualService pay" });
  });

  it("blames no change that came after, or long before", async () => {
    const seen = await withEvidence(incident(), { metrics: metrics(minute(20)), at });
    expect(withSuspect(seen, [change("pay", 25), change("pay", 2)])).toBe(seen);
  });

  it("says when it is older than the window, and blames nobody then", async () => {
    const seen = await withEvidence(incident(), { metrics: metrics(0), at });
    expect(seen).toMatchObject({ since: minute(0), sinceOrEarlier: true });
    expect(withSuspect(seen, [change("pay", 0)])).toBe(seen);
  });
});
