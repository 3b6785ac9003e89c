import { expect, test } from "vitest";
import { AppError } from "@/lib/base/errors";
import { meshView } from "@/lib/mesh/view";
import type { Metrics, Sample } from "../ports";
import { istiodFigures } from "./istiod-figures";

const istiod = (name: string, podIP: string) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: "istio-system", labels: { app: "istiod" } },
  spec: { containers: [{ name: "discovery", image: "docker.io/istio/pilot:1.30.1" }] },
  status: { podIP, phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
});

const metrics = (answer: (promql: string) => readonly Sample[]): Metrics => ({
  url: "http://prometheus.test",
  query: async (promql) => answer(promql),
  queryRange: () => Promise.resolve([]),
  scrapeInterval: () => Promise.resolve(null),
});

test("each istiod gets its own figures, in ms; types without a refusal are left out", async () => {
  const of = (instance: string, value: number, type?: string): Sample => ({
    labels: { instance, ...(type && { type }) },
    value,
  });
  const { istiods, error } = await istiodFigures({
    mesh: meshView([istiod("a", "10.0.0.1"), istiod("b", "10.0.0.2")]),
    metrics: metrics((promql) =>
      promql.includes("convergence")
        ? [of("10.0.0.1:15014", 0.25)]
        : promql.includes("rejects")
          ? [of("10.0.0.1:15014", 2.4, "lds"), of("10.0.0.1:15014", 0, "cds")]
          : promql.includes("root_cert_expiry")
            ? [of("10.0.0.2:15014", 1_800_000_000)]
            : [],
    ),
  });
  expect(error).toBeUndefined();
  expect(istiods).toMatchObject([
    { name: "a", convergenceMs: 250, rejects: [{ type: "lds", count: 2 }], rootEnds: null },
    { name: "b", convergenceMs: null, rejects: null, rootEnds: 1_800_000_000_000, queueMs: null },
  ]);
});

test("the only istiod owns series that name no pod, unless they come from two targets", async () => {
  const mesh = meshView([istiod("a", "10.0.0.1")]);
  const proxies = async (...instances: string[]) => {
    const series = instances.map((instance) => ({ labels: { instance }, value: 7 }));
    const { istiods } = await istiodFigures({ mesh, metrics: metrics(() => series) });
    return istiods[0]?.proxies;
  };
  expect(await proxies("istiod.test:15014")).toBe(7);
  expect(await proxies("one.test:15014", "two.test:15014")).toBeNull();
});

test("the pods are listed while Prometheus is away", async () => {
  const { istiods, error } = await istiodFigures({
    mesh: meshView([istiod("a", "10.0.0.1")]),
    metrics: metrics(() => {
      throw new AppError("unavailable", "Prometheus does not answer", { hint: "Start it." });
    }),
  });
  expect(istiods).toMatchObject([{ name: "a", version: "1.30.1", ready: true, proxies: null }]);
  expect(error).toEqual({ message: "Prometheus does not answer", hint: "Start it." });
});
