"use client";

import { parseAsInteger, parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import { GRAPH_TYPES } from "@/lib/graph/mesh-graph";

const VIEWS = ["graph", "table", "matrix"] as const;
const EDGE_LABELS = [
  "rate",
  "errors",
  "average",
  "p50",
  "p95",
  "p99",
  "throughput",
  "split",
  "mtls",
] as const;

/** What is shown and how, all of it in the URL: a link shows another person the same. */
export function useTopologyState() {
  return useQueryStates(
    {
      view: parseAsStringLiteral(VIEWS).withDefault("graph"),
      type: parseAsStringLiteral(GRAPH_TYPES).withDefault("versionedApp"),
      edges: parseAsStringLiteral(EDGE_LABELS).withDefault("rate"),
      /** Seconds; absent means what suits this Prometheus. */
      window: parseAsInteger,
      /** Id of a node, a version or an edge. */
      selected: parseAsString.withOptions({ history: "push" }),
    },
    { clearOnDefault: true, urlKeys: { selected: "select" } },
  );
}

export type TopologyState = ReturnType<typeof useTopologyState>[0];
export type SetTopologyState = ReturnType<typeof useTopologyState>[1];
