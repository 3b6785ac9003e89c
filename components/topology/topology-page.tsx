"use client";

import { useCallback, useMemo, useState } from "react";
import { GraphView } from "@/components/graph/graph-view";
import { useNamespaceScope, useScopedHref } from "@/components/layout/use-namespace-scope";
import { ErrorState } from "@/components/ui/error-state";
import { STATE_WORD } from "@/components/graph/plate-views";
import { nodeOfLeaf } from "@/lib/graph/drawing";
import { summarise } from "@/lib/graph/graph-summary";
import type { MeshGraph } from "@/lib/graph/mesh-graph";
import { GraphLegend } from "./graph-legend";
import { GraphMatrix } from "./graph-matrix";
import { GraphTable } from "./graph-table";
import { GraphSkeleton, NoServices, SourceNotes } from "./graph-states";
import { nameOfLeaf } from "./leaf-name";
import { plateMarks } from "./plate-marks";
import { SelectionPanel } from "./selection-panel";
import { SummaryLine } from "./summary-line";
import { TopologyToolbar } from "./topology-toolbar";
import { useGraph } from "./use-graph";
import { useTopologyState } from "./use-topology-state";

/** Who calls whom in the mesh, how much, and what of it fails. */
export function TopologyPage() {
  const [state, setState] = useTopologyState();
  const { data, error, refetch, isPlaceholderData } = useGraph(state);
  const scope = useNamespaceScope();
  const [layAgain, setLayAgain] = useState(0);
  const select = useCallback((selected: string | null) => void setState({ selected }), [setState]);
  const graph = data?.graph;
  const scoped = useScopedHref();
  const findings = data?.findings;
  const marks = useMemo(() => plateMarks(findings, scoped), [findings, scoped]);
  const summary = useMemo(() => (graph ? summarise(graph) : undefined), [graph]);

  return (
    <div className="qd-flush qd-topology">
      <h1 className="sr-only">Topology</h1>
      <TopologyToolbar
        state={state}
        setState={setState}
        windows={data?.windows ?? []}
        windowSeconds={graph?.windowSeconds}
        onLayAgain={() => setLayAgain((count) => count + 1)}
      />
      {summary && data ? (
        <SummaryLine summary={summary} reading={data} selected={state.selected} onSelect={select} />
      ) : null}
      <p className="sr-only" aria-live="polite">
        {graph && state.selected !== null ? announce(graph, state.selected) : ""}
      </p>
      {data ? <SourceNotes reading={data} /> : null}
      <div className="qd-topology-body" aria-busy={isPlaceholderData || undefined}>
        <div className="qd-topology-main">
          {!graph && error ? (
            <div className="p-4">
              <ErrorState
                error={error}
                onRetry={() => void refetch()}
                title="The graph cannot be read"
              />
            </div>
          ) : !graph || !data ? (
            <GraphSkeleton />
          ) : graph.nodes.length === 0 ? (
            <NoServices reading={data} scope={scope} />
          ) : state.view === "table" ? (
            <GraphTable graph={graph} selected={state.selected} onSelect={select} />
          ) : state.view === "matrix" ? (
            <GraphMatrix graph={graph} selected={state.selected} onSelect={select} />
          ) : (
            <GraphView
              graph={graph}
              selected={state.selected}
              onSelect={select}
              marks={marks}
              edgeLabels={state.edges}
              layAgain={layAgain}
              legend={<GraphLegend graph={graph} />}
            />
          )}
        </div>
        {graph && state.selected !== null ? (
          <SelectionPanel
            key={state.selected}
            graph={graph}
            selected={state.selected}
            marks={marks}
            windowSeconds={state.window ?? undefined}
            onSelect={select}
          />
        ) : null}
      </div>
    </div>
  );
}

/** What a reader hears when something is selected. */
function announce(graph: MeshGraph, selected: string): string {
  const edge = graph.edges.find(({ id }) => id === selected);
  if (edge) {
    const [from, to] = [nameOfLeaf(graph, edge.source), nameOfLeaf(graph, edge.target)];
    return `Details of ${from} to ${to} are open: ${STATE_WORD[edge.health.state]}`;
  }
  const found = nodeOfLeaf(graph, selected);
  if (!found) return "";
  const { state } = (found.version ?? found.node).health;
  return `Details of ${nameOfLeaf(graph, selected)} are open: ${STATE_WORD[state]}`;
}
