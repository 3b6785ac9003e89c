import { describe, expect, it } from "vitest";
import { graphQueries, latencyQuantile, requestRate, tcpRate } from "./queries";

describe("queries", () => {
  it("asks eight questions, whatever the size of the mesh", () => {
    expect(Object.keys(graphQueries(10))).toHaveLength(8);
  });

  it("has each quantile by the client's measure, and by the server's only where no client has one", () => {
    const { p95 } = graphQueries(60);
    const [client = "", server = "", ...more] = p95.split(" or on (ends) ");
    expect(more).toEqual([]);
    const quantile = /\(histogram_quantile\(0\.95, sum by \(le, .*\) >= 0, "ends", "\\x7f", /;
    expect(client).toMatch(/^max by \(ends\) \(label_join\(/);
    expect(client).toMatch(quantile);
    expect(client).not.toContain('reporter="destination"');
    expect(server).toMatch(
      /^label_replace\(max by \(ends\) .*, "reporter", "destination", "", ""\)$/,
    );
    expect(server).toMatch(quantile);
    expect(server).not.toContain("reporter!=");
    // Without the reporter in the sums, the same thing has the same labels on both sides.
    expect(p95).not.toMatch(/sum by \([^)]*reporter/);
  });

  it("escapes label values, as text and as a regular expression", () => {
    expect(requestRate({ source_workload: 'a"b\\c' }, 10)).toBe(
      'sum(rate(istio_requests_total{source_workload="a\\"b\\\\c"}[10s]))',
    );
    expect(requestRate({ reporter: ["a.b", "c|d"] }, 10, ["response_code"])).toBe(
      'sum by (response_code) (rate(istio_requests_total{reporter=~"a\\\\.b|c\\\\|d"}[10s]))',
    );
  });

  it("asks for a quantile over buckets and for bytes both ways", () => {
    expect(latencyQuantile({ reporter: "source" }, 60, "p99")).toBe(
      "histogram_quantile(0.99, sum by (le) (rate(" +
        'istio_request_duration_milliseconds_bucket{reporter="source"}[60s])))',
    );
    expect(tcpRate({ reporter: "source" }, 60)).toBe(
      'sum(rate(istio_tcp_sent_bytes_total{reporter="source"}[60s])) + ' +
        'sum(rate(istio_tcp_received_bytes_total{reporter="source"}[60s]))',
    );
  });

  it("refuses a window that is no whole number of seconds", () => {
    expect(() => graphQueries(0.5)).toThrow(RangeError);
  });
});
