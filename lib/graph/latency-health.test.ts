import { describe, expect, it } from "vitest";
import { meshView } from "@/lib/mesh/view";
import { buildGraph } from "./build-graph";
import { aWorkload, requests, telemetry } from "./testing";

/** A service that is asked `rate` times a second, slower or faster than it was. */
function cart(
  then: number,
  now: number,
  more: { rate?: number; pastRate?: number; rules?: string; p50?: number; p95?: number } = {},
) {
  const { rate = 10, pastRate = 10, rules, p50, p95 } = more;
  const call = (value: number, labels: Record<string, string> = {}) =>
    requests("shop/web-v1", "shop/cart-v1", value, labels);
  const map = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { namespace: "istio-system", name: "quarterdeck-health" },
    data: { rules: rules ?? "" },
  };
  /** A quantile of all that is called, and one of its version. */
  const quantile = (value: number | undefined) => {
    if (value === undefined) return [];
    const ofVersion = Object.entries(call(value).labels).filter(([k]) => !k.startsWith("source_"));
    const ofService = ofVersion.filter(([k]) => k !== "destination_workload");
    return [ofVersion, ofService].map((labels) => ({ labels: Object.fromEntries(labels), value }));
  };
  const graph = buildGraph(
    telemetry({
      p50: quantile(p50),
      p95: quantile(p95),
      requests: [call(rate)],
      durations: [call(rate * now)],
      past: [
        call(pastRate * then, { part: "sum" }),
        call(pastRate, { part: "count" }),
        // The server's own measure is of use only where no client has one.
        call(9 * pastRate, { part: "sum", reporter: "destination" }),
        call(pastRate, { part: "count", reporter: "destination" }),
      ],
    }),
    meshView([...aWorkload("shop/cart-v1"), ...(rules === undefined ? [] : [map])]),
    { windowSeconds: 60, type: "app" },
  );
  const node = graph.nodes.find(({ id }) => id === "shop/cart") ?? expect.unreachable();
  return { ...node.health, version: node.versions[0]?.health.state };
}

describe("latency against the past of the same service", () => {
  it("is amber from twice, and red from five times what it was", () => {
    expect(cart(50, 80).state).toBe("healthy");
    expect(cart(50, 150)).toMatchObject({
      state: "degraded",
      rule: "latency",
      version: "degraded",
    });
    const red = cart(50, 300);
    expect(red).toMatchObject({ state: "failing", rule: "latency" });
    expect(red.text.replaceAll("\u00a0", " ")).toBe(
      "Requests take 300 ms on average, 6.0 times the 50 ms of before; red from 5 times",
    );
  });

  it("says nothing of a few milliseconds, nor of a few requests", () => {
    expect(cart(2, 14).state).toBe("healthy");
    expect(cart(50, 300, { rate: 0.5 }).state).toBe("healthy");
    expect(cart(50, 300, { pastRate: 0.1 }).state).toBe("healthy");
    expect(cart(0, 300, { pastRate: 0 }).state).toBe("healthy");
  });

  it("is not raised by a few requests that hung, however long they did", () => {
    // 600 requests at 6 ms, of which 12 waited 2 s for a pod that was killed.
    expect(cart(6, 46, { p50: 5, p95: 9 }).state).toBe("healthy");
    // A third of them goes to a version that is ten times slower.
    expect(cart(6, 28, { p50: 5, p95: 60 }).state).toBe("degraded");
    expect(cart(6, 46, { p50: 40, p95: 90 }).state).toBe("failing");
  });

  it("needs half of the requests to be slow where there are few", () => {
    expect(cart(6, 46, { rate: 1, p50: 5, p95: 900 }).state).toBe("healthy");
    expect(cart(6, 46, { rate: 1, p50: 40, p95: 90 }).state).toBe("failing");
  });

  it("goes by the limits that a ConfigMap sets", () => {
    expect(cart(50, 300, { rules: "- {name: cart, slowerDegraded: 8}" }).state).toBe("healthy");
    const own = cart(50, 150, { rules: "- {name: cart, slowerFailing: 2.5}" });
    expect(own.state).toBe("failing");
    expect(own.text).toContain("red from 2.5 times, by ConfigMap istio-system/quarterdeck-health");
  });
});

describe("saturation", () => {
  const judged = (flags: string, rate: number) => {
    const measured = telemetry({
      requests: [
        requests("shop/web-v1", "shop/cart-v1", 100),
        requests("shop/web-v1", "shop/cart-v1", rate, {
          response_code: "503",
          response_flags: flags,
        }),
      ],
    });
    const options = { windowSeconds: 60, type: "app" } as const;
    return buildGraph(measured, meshView([]), options).edges[0]?.health;
  };

  it("is what limits turn away, by Envoy's flags", () => {
    expect(judged("UO", 2)).toMatchObject({
      state: "degraded",
      rule: "error-share",
      others: [{ state: "degraded", rule: "saturation" }],
    });
    expect(judged("UH", 2)?.others).toBeUndefined();
    expect(judged("UO", 0.02)?.state).toBe("healthy");
  });

  it("comes after what is worse", () => {
    expect(judged("URX,UO", 30)).toMatchObject({
      state: "failing",
      rule: "error-share",
      others: [{ rule: "saturation" }],
    });
  });
});
