import { describe, expect, it } from "vitest";
import { AppError } from "@/lib/base/errors";
import { meshView } from "@/lib/mesh/view";
import type { Metrics, Sample } from "../ports";
import { readControlPlane } from "./control-plane";

const istiod = (name: string, podIP: string, ready = true) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: {
    name,
    namespace: "istio-system",
    labels: { app: "istiod", "istio.io/rev": "default" },
  },
  spec: { containers: [{ name: "discovery", image: "docker.io/istio/pilot:1.30.1" }] },
  status: { podIP, conditions: [{ type: "Ready", status: ready ? "True" : "False" }] },
});

const metrics = (answer: (promql: string) => readonly Sample[]): Metrics => ({
  url: "http://prometheus.test",
  query: async (promql) => answer(promql),
  queryRange: () => Promise.resolve([]),
  scrapeInterval: () => Promise.resolve(null),
});

describe("readControlPlane", () => {
  it("joins figures by pod or address, and leaves null what nobody told", async () => {
    const mesh = meshView([istiod("istiod-a", "10.0.0.1"), istiod("istiod-b", "10.0.0.2", false)]);
    const { pods } = await readControlPlane({
      mesh,
      metrics: metrics((promql) =>
        promql.includes("pilot_xds)")
          ? [
              { labels: { pod: "istiod-a", instance: "x:15014" }, value: 64 },
              { labels: { instance: "10.0.0.2:15014" }, value: 62 },
            ]
          : [],
      ),
    });
    expect(pods).toMatchObject([
      { name: "istiod-a", ready: true, version: "1.30.1", revision: "default", proxies: 64 },
      { name: "istiod-b", ready: false, proxies: 62, pushes: null, rejects: null },
    ]);
  });

  it("still lists the pods while Prometheus is away, and says so", async () => {
    const { pods, metricsError } = await readControlPlane({
      mesh: meshView([istiod("istiod-a", "10.0.0.1")]),
      metrics: metrics(() => {
        throw new AppError("unavailable", "Prometheus does not answer", { hint: "Start it." });
      }),
    });
    expect(pods).toMatchObject([{ name: "istiod-a", proxies: null }]);
    expect(metricsError).toEqual({ message: "Prometheus does not answer", hint: "Start it." });
  });
});
