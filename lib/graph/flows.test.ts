import fc from "fast-check";
import { expect, it } from "vitest";
import { meshView } from "@/lib/mesh/view";
import { buildGraph } from "./build-graph";
import type { LabelledValue } from "./parties";
import { aWorkload, requests, telemetry } from "./testing";

const workload = fc.constantFrom("a/x-v1", "a/y-v1", "a/y-v2", "b/z-v1", "unknown/unknown");

const sample: fc.Arbitrary<LabelledValue> = fc
  .record({
    source: workload,
    target: workload,
    value: fc.double({ min: 0, max: 1000, noNaN: true }),
    reporter: fc.constantFrom("source", "destination"),
    response_code: fc.constantFrom("200", "404", "503", "0"),
    request_protocol: fc.constantFrom("http", "grpc"),
  })
  .map(({ source, target, value, ...more }) => requests(source, target, value, more));

const samples = fc.uniqueArray(sample, {
  selector: ({ labels }) => JSON.stringify(labels),
  maxLength: 40,
});

const graphOf = (series: readonly LabelledValue[], type: "app" | "versionedApp") =>
  buildGraph(telemetry({ requests: series }), meshView(aWorkload("a/y-v1")), {
    windowSeconds: 10,
    type,
  });

it("is the same graph whatever the order of the samples", () => {
  fc.assert(
    fc.property(
      samples.chain((all) =>
        fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
      ),
      ([all, shuffled]) => {
        expect(graphOf(shuffled, "versionedApp")).toEqual(graphOf(all, "versionedApp"));
      },
    ),
  );
});

it("puts every request that a client reports into exactly one edge, at each type", () => {
  fc.assert(
    fc.property(samples, fc.constantFrom("app" as const, "versionedApp" as const), (all, type) => {
      const client = all.filter(({ labels }) => labels.reporter === "source");
      const graph = graphOf(client, type);
      const sum = (values: readonly (number | null)[]) =>
        values.reduce<number>((total, value) => total + (value ?? 0), 0);

      const reported = sum(client.map(({ value }) => value));
      expect(sum(graph.edges.map(({ traffic }) => traffic.requestsPerSecond))).toBeCloseTo(
        reported,
        6,
      );
      expect(
        sum(
          graph.edges.flatMap(({ traffic }) =>
            traffic.responses.map(({ requestsPerSecond }) => requestsPerSecond),
          ),
        ),
      ).toBeCloseTo(reported, 6);
      for (const { inbound, versions } of graph.nodes) {
        expect(sum(versions.map((version) => version.inbound.requestsPerSecond))).toBeCloseTo(
          inbound.requestsPerSecond ?? 0,
          6,
        );
        for (const { share } of versions) expect(share ?? 0).toBeLessThanOrEqual(1 + 1e-9);
      }
    }),
  );
});

it("never counts a destination's report of a client that reports itself", () => {
  fc.assert(
    fc.property(samples, (all) => {
      const reporting = new Set(
        all
          .filter(({ labels }) => labels.reporter === "source")
          .map(({ labels }) => `${labels.source_workload_namespace}/${labels.source_workload}`),
      );
      const counted = all.filter(
        ({ labels }) =>
          labels.reporter === "source" ||
          labels.source_workload === "unknown" ||
          !reporting.has(`${labels.source_workload_namespace}/${labels.source_workload}`),
      );
      const edges = graphOf(all, "app").edges;
      const total = edges.reduce((sum, { traffic }) => sum + (traffic.requestsPerSecond ?? 0), 0);
      expect(total).toBeCloseTo(
        counted.reduce((sum, { value }) => sum + (value ?? 0), 0),
        6,
      );
    }),
  );
});
