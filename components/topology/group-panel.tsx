import { HEALTH_STATUS, STATE_WORD } from "@/components/graph/plate-views";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { SidePanel } from "@/components/ui/side-panel";
import { VerdictBlock } from "@/components/ui/verdict-block";
import { boxNameOf, type GraphNode, type MeshGraph } from "@/lib/graph/mesh-graph";
import { CallList } from "./call-list";

/** Services that were folded into one plate: how they stand, who calls them, and a way in. */
export function GroupPanel({
  graph,
  node,
  onSelect,
  onOpen,
  onClose,
}: {
  graph: MeshGraph;
  node: GraphNode;
  onSelect: (id: string) => void;
  /** Draws the services of a box singly. */
  onOpen: (box: string) => void;
  onClose: () => void;
}) {
  const { health, members = 0, pods } = node;
  const box = boxNameOf(node);
  return (
    <SidePanel
      title={node.name}
      over={
        <>
          Group
          <Badge status={HEALTH_STATUS[health.state]}>{STATE_WORD[health.state]}</Badge>
        </>
      }
      lead={[
        `${members} services`,
        ...(box === undefined ? [] : [`of ${box}`]),
        ...(pods ? [`${pods.ready} of ${pods.total} pods ready`] : []),
      ].join(", ")}
      onClose={onClose}
    >
      <div>
        <VerdictBlock status={HEALTH_STATUS[health.state]} title={health.text}>
          Rates are of calls from outside of the group, over {graph.windowSeconds} s.
        </VerdictBlock>
        {box === undefined ? (
          <p className="mt-3 text-ink-2">
            Choose namespaces at the top, or search for a service, to see inside.
          </p>
        ) : (
          <div className="mt-3">
            <Button onClick={() => onOpen(box)}>Open {box}</Button>
          </div>
        )}
      </div>
      <CallList graph={graph} leaf={node.id} onSelect={onSelect} />
    </SidePanel>
  );
}
