"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTRPC } from "@/components/trpc/client";
import type { PlateMark } from "@/components/graph/plate";
import { useNamespaceScope } from "@/components/layout/use-namespace-scope";
import { EmptyState } from "@/components/ui/empty-state";
import { SidePanel } from "@/components/ui/side-panel";
import { nodeOfLeaf } from "@/lib/graph/drawing";
import type { MeshGraph } from "@/lib/graph/mesh-graph";
import { AroundButtons } from "./around-buttons";
import { EdgePanel } from "./edge-panel";
import { BoxPanel } from "./box-panel";
import { graphQuestion } from "./graph-question";
import { NodePanel } from "./node-panel";
import type { SetTopologyState, TopologyState } from "./use-topology-state";

/** Everything about what is selected in the graph or in its table. */
export function SelectionPanel({
  graph,
  selected,
  marks,
  callCount,
  state,
  setState,
  onSelect,
  onOpenBox,
  onCloseBox,
}: {
  graph: MeshGraph;
  selected: string;
  marks: ReadonlyMap<string, PlateMark>;
  /** How many calls it has, where the graph may hold only some of them. */
  callCount: number | undefined;
  state: TopologyState;
  setState: SetTopologyState;
  onSelect: (id: string | null) => void;
  onOpenBox: (box: string) => void;
  onCloseBox: (box: string) => void;
}) {
  const windowSeconds = state.window ?? undefined;
  const trpc = useTRPC();
  const edge = graph.edges.find(({ id }) => id === selected);
  const found = edge ? undefined : nodeOfLeaf(graph, selected);
  const [source, target] = edge ? [edge.source, edge.target] : [undefined, selected];
  const detail = useQuery(
    trpc.topology.detail.queryOptions(
      {
        target,
        type: graph.type,
        ...(source === undefined ? {} : { source }),
        ...(windowSeconds === undefined ? {} : { windowSeconds }),
      },
      {
        enabled: (edge !== undefined && !edge.id.includes("group:")) || isSingle(found),
        placeholderData: keepPreviousData,
        meta: { live: ["graph", "mesh:VirtualService", "mesh:DestinationRule"] },
      },
    ),
  );
  const isBox = selected.startsWith("box:") || found?.node.kind === "group";
  const question = graphQuestion(state, useNamespaceScope());
  const boxed = useQuery(
    trpc.topology.box.queryOptions(
      { ...question, of: selected },
      { enabled: isBox, placeholderData: keepPreviousData, meta: { live: ["graph"] } },
    ),
  );
  const close = () => onSelect(null);
  if (edge) return <EdgePanel {...{ graph, edge, detail, onSelect }} onClose={close} />;
  if (isBox) {
    const name = found ? found.node.opens : selected.slice("box:".length);
    return (
      <BoxPanel
        {...{ graph, onSelect }}
        node={found?.node}
        box={name}
        detail={boxed}
        onOpen={onOpenBox}
        onFold={onCloseBox}
        onClose={close}
      />
    );
  }
  if (found) {
    const mark = marks.get(found.node.id);
    return (
      <NodePanel
        {...{ graph, detail, mark, callCount, onSelect }}
        {...found}
        around={<AroundButtons id={found.node.id} state={state} setState={setState} />}
        onClose={close}
      />
    );
  }
  return (
    <SidePanel title={selected} over="Not in the graph" onClose={close}>
      <EmptyState title="Nothing of this name is drawn now">
        It may have no traffic in this window, be outside the chosen namespaces, or be gone.
      </EmptyState>
    </SidePanel>
  );
}

const isSingle = (found: ReturnType<typeof nodeOfLeaf>): boolean =>
  found !== undefined && found.node.kind !== "group";
