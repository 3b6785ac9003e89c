import { describe, expect, it } from "vitest";
import { instant, millis, seconds } from "@/lib/base/units";
import type { Metrics, Series } from "../ports";
import { readHealthStrip } from "./health-strip";

const AT = instant(Date.parse("2026-11-21T14:00:00Z"));
const START = AT - seconds(1800);

/** A series with values at the last steps, the newest last. */
const series = (labels: Record<string, string>, ...values: (number | null)[]): Series => ({
  labels,
  points: values.map((value, index) => ({
    at: instant(AT - (values.length - 1 - index) * seconds(30)),
    value,
  })),
});

/** Answers by the metric that a query names, and keeps the queries. */
function prometheus(
  answers: Record<string, readonly Series[]>,
  asked: string[] = [],
  interval = 15_000,
): Metrics {
  return {
    url: "http://prometheus.test",
    query: () => Promise.resolve([]),
    queryRange(promql, range) {
      expect(range).toEqual({ start: START, end: AT, step: seconds(30) });
      asked.push(promql);
      const name = Object.keys(answers).find((part) => promql.includes(part));
      return Promise.resolve(name ? answers[name]! : []);
    },
    scrapeInterval: () => Promise.resolve(millis(interval)),
  };
}

describe("readHealthStrip", () => {
  it("counts failures as the graph does: 5xx, no status, and gRPC's own", async () => {
    const strip = await readHealthStrip(
      prometheus({
        "by (response_code": [
          series({ response_code: "200" }, 10, 80),
          series({ response_code: "503" }, null, 10),
          series({ response_code: "404" }, 0, 5),
          series({ response_code: "0" }, 0, 3),
          series({ response_code: "200", grpc_response_status: "14" }, 0, 2),
        ],
      }),
      { at: AT, namespaces: [] },
    );
    expect(strip.requests.value).toBe(100);
    expect(strip.errorShare.value).toBeCloseTo(0.15);
    expect(strip.errorShare.points.slice(-2)).toEqual([0, expect.closeTo(0.15)]);
    expect(strip.requests.points).toHaveLength(61);
    expect(strip.requests.points[0]).toBeNull();
  });

  it("asks for windows of whole seconds, which is all that Prometheus takes", async () => {
    const asked: string[] = [];
    await readHealthStrip(prometheus({}, asked, 9_996), { at: AT, namespaces: [] });
    const windows = asked.flatMap((query) => [...query.matchAll(/\[([^\]]*)\]/g)]);
    expect(windows.length).toBeGreaterThan(0);
    for (const [, window] of windows) expect(window).toMatch(/^\d+s$/);
  });

  it("tells no data from zero", async () => {
    const quiet = await readHealthStrip(
      prometheus({ "by (response_code": [series({ response_code: "200" }, 0)] }),
      { at: AT, namespaces: [] },
    );
    expect(quiet.requests.value).toBe(0);
    expect(quiet.errorShare.value).toBeNull();
    const absent = await readHealthStrip(prometheus({}), { at: AT, namespaces: [] });
    expect(absent.requests.value).toBeNull();
    expect(absent.pushTime.value).toBeNull();
  });

  it("takes the share of mutual TLS from what arrived, and narrows it to the scope", async () => {
    const asked: string[] = [];
    const strip = await readHealthStrip(
      prometheus(
        {
          "by (connection_security_policy)": [
            series({ connection_security_policy: "mutual_tls" }, 30),
            series({ connection_security_policy: "none" }, 10),
          ],
        },
        asked,
      ),
      { at: AT, namespaces: ["shop", "payments"] },
    );
    expect(strip.mutualTls.value).toBe(0.75);
    const scoped = asked.filter((q) =>
      q.includes('destination_service_namespace=~"shop|payments"'),
    );
    expect(scoped).toHaveLength(3);
    expect(scoped.every((query) => query.includes("[60s]"))).toBe(true);
  });
});
