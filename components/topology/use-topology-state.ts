"use client";

import {
  parseAsArrayOf,
  parseAsInteger,
  parseAsString,
  parseAsStringLiteral,
  useQueryStates,
} from "nuqs";
import { GRAPH_TYPES } from "@/lib/graph/mesh-graph";
import { WORST_FIRST } from "./table-sort";

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
/** What becomes of what the expression finds. */
const FIND_MODES = ["find", "hide", "only"] as const;

const names = parseAsArrayOf(parseAsString).withDefault([]);

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
      /** The label that boxes are made by; absent means namespaces. */
      group: parseAsString,
      /** Boxes that are open though the graph is large, and closed though it is small. */
      open: names,
      closed: names,
      /** Orders of the tables, with `-` before what falls, and their pages from 1 on. */
      sort: parseAsString.withDefault(WORST_FIRST),
      page: parseAsInteger.withDefault(1),
      callSort: parseAsString.withDefault(WORST_FIRST),
      callPage: parseAsInteger.withDefault(1),
      /** Draws every call of a picture that has many. */
      calls: parseAsStringLiteral(["all"]),
      /** Drawn singly whatever is folded around it. */
      kept: parseAsString,
      find: parseAsString.withDefault(""),
      mode: parseAsStringLiteral(FIND_MODES).withDefault("find"),
      /** Id of the service that only the neighbourhood of is shown, and how far that reaches. */
      around: parseAsString.withOptions({ history: "push" }),
      hops: parseAsInteger.withDefault(1),
      /** Id of a service: only the way of calls from `around` to it is shown. */
      to: parseAsString,
    },
    {
      clearOnDefault: true,
      urlKeys: {
        selected: "select",
        kept: "show",
        callSort: "calls-sort",
        callPage: "calls-page",
      },
    },
  );
}

export type TopologyState = ReturnType<typeof useTopologyState>[0];
export type SetTopologyState = ReturnType<typeof useTopologyState>[1];
