"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTRPC } from "@/components/trpc/client";
import type { PlateMark } from "@/components/graph/plate";
import { EmptyState } from "@/components/ui/empty-state";
import { SidePanel } from "@/components/ui/side-panel";
import { nodeOfLeaf } from "@/lib/graph/drawing";
import type { MeshGraph } from "@/lib/graph/mesh-graph";
import { AroundButtons } from "./around-buttons";
import { EdgePanel } from "./edge-panel";
import { GroupPanel } from "./group-panel";
import { NodePanel } from "./node-panel";
import type { SetTopologyState, TopologyState } from "./use-topology-state";

/** Everything about what is selected in the graph or in its table. */
export function SelectionPanel({
  graph,
  selected,
  marks,
  state,
  setState,
  onSelect,
  onOpenBox,
}: {
  graph: MeshGraph;
  selected: string;
  marks: ReadonlyMap<string, PlateMark>;
  state: TopologyState;
  setState: SetTopologyState;
  onSelect: (id: string | null) => void;
  onOpenBox: (namespace: string) => void;
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
  const close = () => onSelect(null);
  if (edge) return <EdgePanel {...{ graph, edge, detail, onSelect }} onClose={close} />;
  if (found?.node.kind === "group") {
    return (
      <GroupPanel
        graph={graph}
        node={found.node}
        {...{ onSelect }}
        onOpen={onOpenBox}
        onClose={close}
      />
    );
  }
  if (found) {
    const mark = marks.get(found.node.id);
    return (
      <NodePanel
        {...{ graph, detail, mark, onSelect }}
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
