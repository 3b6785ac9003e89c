import { useMemo, useState } from "react";
import { drawnCalls, type Hub } from "@/lib/graph/drawn-calls";
import { type MeshGraph, nodeIdOf } from "@/lib/graph/mesh-graph";

const NO_IDS: ReadonlySet<string> = new Set();
const NO_HUBS: ReadonlyMap<string, Hub> = new Map();

/** The parts of a graph that a picture of it is made of. */
interface Picture {
  /** What the layout is made for: the graph without the calls that stay out of the picture. */
  readonly laid: MeshGraph;
  /** What is drawn: that, and all calls of what is selected. */
  readonly shown: MeshGraph;
  /** How many calls stay out of it. */
  readonly quiet: number;
  /** By id of a node that calls, or is called by, nearly everybody. */
  readonly hubs: ReadonlyMap<string, Hub>;
}

/** Leaves out of a dense picture the calls that nobody looks for, until their ends are selected. */
export function useDrawnCalls(
  graph: MeshGraph,
  { selected, all }: { readonly selected: string | null; readonly all: boolean },
): Picture {
  const [before, setBefore] = useState(NO_IDS);
  const { drawn, hubs } = useMemo(() => drawnCalls(graph, before), [graph, before]);
  if (!sameSet(drawn, before)) setBefore(drawn);
  const laid = useMemo(
    () =>
      all || drawn.size === graph.edges.length
        ? graph
        : { ...graph, edges: graph.edges.filter(({ id }) => drawn.has(id)) },
    [graph, drawn, all],
  );
  const shown = useMemo(() => {
    if (selected === null || laid === graph) return laid;
    const touches = (leaf: string) => leaf === selected || nodeIdOf(leaf) === selected;
    const edges = graph.edges.filter(
      ({ id, source, target }) =>
        drawn.has(id) || id === selected || touches(source) || touches(target),
    );
    return { ...graph, edges };
  }, [graph, laid, drawn, selected]);
  return { laid, shown, quiet: graph.edges.length - laid.edges.length, hubs: all ? NO_HUBS : hubs };
}

/** Whether two sets hold the same. */
export const sameSet = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean =>
  a.size === b.size && [...a].every((id) => b.has(id));
