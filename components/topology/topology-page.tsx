"use client";

import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { GraphView } from "@/components/graph/graph-view";
import { preloadGraph } from "@/components/graph/preload-graph";
import { useNamespaceScope, useScopedHref } from "@/components/layout/use-namespace-scope";
import { ErrorState } from "@/components/ui/error-state";
import { STATE_WORD } from "@/components/graph/plate-views";
import { EVERY_BOX } from "@/lib/graph/every-box";
import { nodeOfLeaf } from "@/lib/graph/drawing";
import type { Layout } from "@/lib/graph/places";
import type { MeshGraph } from "@/lib/graph/mesh-graph";
import { ExportMenu } from "./export-menu";
import { FindBox } from "./find-box";
import { GraphLegend } from "./graph-legend";
import { GraphMatrix } from "./graph-matrix";
import { GraphTable } from "./graph-table";
import { GraphSkeleton, NoServices, SourceNotes } from "./graph-states";
import { nameOfLeaf } from "./leaf-name";
import { PartNote } from "./part-note";
import { plateMarks } from "./plate-marks";
import { SavedViews } from "./saved-views";
import { SelectionPanel } from "./selection-panel";
import { SummaryLine } from "./summary-line";
import { TopologyToolbar } from "./topology-toolbar";
import { useGraph, useWholeGraph } from "./use-graph";
import { usePins } from "./use-pins";
import { useTopologyState } from "./use-topology-state";

/** Who calls whom in the mesh, how much, and what of it fails. */
export function TopologyPage() {
  const [state, setState] = useTopologyState();
  const { data, error, refetch, isPlaceholderData } = useGraph(state);
  const readAll = useWholeGraph(state);
  const scope = useNamespaceScope();
  const [layAgain, setLayAgain] = useState(0);
  const { pins, pin, setPins } = usePins(state);
  const [layout, setLayout] = useState<Layout>();
  // External system: code that draws, fetched beside the data.
  useEffect(preloadGraph, []);
  const graph = data?.graph;
  const latest = useRef(graph);
  useEffect(() => {
    latest.current = graph;
  });
  const select = useCallback(
    (selected: string | null) => {
      // What is folded away, or too far, is drawn singly once it is asked for.
      const drawn = selected === null || (latest.current && isDrawn(latest.current, selected));
      void setState({ selected, ...(drawn ? {} : { kept: selected }) });
    },
    [setState],
  );
  const { open, closed } = state;
  const openBox = useCallback(
    (namespace: string) =>
      void setState({
        open: [...new Set([...open, namespace])],
        closed: closed.filter((name) => name !== namespace),
        selected: null,
      }),
    [setState, open, closed],
  );
  const closeBox = useCallback(
    (namespace: string) =>
      void setState({
        open: open.filter((name) => name !== namespace),
        closed:
          open.includes(namespace) || closed.includes(EVERY_BOX)
            ? closed
            : [...new Set([...closed, namespace])],
        selected: null,
      }),
    [setState, open, closed],
  );
  const scoped = useScopedHref();
  const findings = data?.findings;
  const marks = useMemo(() => plateMarks(findings, scoped), [findings, scoped]);
  const found = data?.found;
  const marked = useMemo(() => (found ? new Set(found) : undefined), [found]);

  return (
    <div className="qd-flush qd-topology">
      <h1 className="sr-only">Topology</h1>
      <TopologyToolbar
        state={state}
        setState={setState}
        windows={data?.windows ?? []}
        windowSeconds={graph?.windowSeconds}
        groupings={data?.groupings ?? []}
        onLayAgain={() => {
          setPins(() => ({}));
          setLayAgain((count) => count + 1);
        }}
      >
        <FindBox state={state} setState={setState} graph={graph} problem={data?.findProblem} />
        <SavedViews pins={pins} onPins={(saved) => setPins(() => saved)} />
        {data ? (
          <ExportMenu
            reading={data}
            layout={state.view === "graph" ? layout : undefined}
            readAll={state.view === "table" ? readAll : undefined}
          />
        ) : null}
      </TopologyToolbar>
      {data ? (
        <SummaryLine
          summary={data.summary}
          reading={data}
          selected={state.selected}
          onSelect={select}
          onShowUnwell={() => void setState({ view: "table" })}
        />
      ) : null}
      <p className="sr-only" aria-live="polite">
        {graph && state.selected !== null ? announce(graph, state.selected) : ""}
      </p>
      {data ? <SourceNotes reading={data} /> : null}
      {data ? <PartNote reading={data} state={state} setState={setState} /> : null}
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
            <NoServices
              reading={data}
              scope={scope}
              onShowAll={() => void setState({ find: "", around: null, to: null })}
            />
          ) : state.view === "table" ? (
            // While the first answer of this view loads, the picture's stays, which has no rows.
            data.rows ? (
              <GraphTable {...{ graph, state, setState }} rows={data.rows} onSelect={select} />
            ) : (
              <GraphSkeleton />
            )
          ) : state.view === "matrix" ? (
            <GraphMatrix graph={graph} selected={state.selected} onSelect={select} />
          ) : (
            <GraphView
              graph={graph}
              selected={state.selected}
              onSelect={select}
              marks={marks}
              edgeLabels={state.edges}
              pins={pins}
              onPin={pin}
              allCalls={state.calls === "all"}
              onAllCalls={(all) => void setState({ calls: all ? "all" : null })}
              onFocus={(id) => void setState({ around: id, hops: null, to: null })}
              layAgain={layAgain}
              marked={marked}
              onOpenBox={openBox}
              onCloseBox={closeBox}
              onLayout={setLayout}
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
            callCount={data?.rows?.selectedCalls}
            state={state}
            setState={setState}
            onSelect={select}
            onOpenBox={openBox}
            onCloseBox={closeBox}
          />
        ) : null}
      </div>
    </div>
  );
}

const isDrawn = (graph: MeshGraph, id: string): boolean =>
  id.startsWith("box:") ||
  graph.edges.some((edge) => edge.id === id) ||
  nodeOfLeaf(graph, id) !== undefined;

/** What a reader hears when something is selected. */
function announce(graph: MeshGraph, selected: string): string {
  if (selected.startsWith("box:")) return `Details of ${selected.slice("box:".length)} are open`;
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
