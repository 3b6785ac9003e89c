import { Button } from "@/components/ui/button";
import { boxNameOf, type MeshGraph } from "@/lib/graph/mesh-graph";
import type { GraphReading } from "@/server/topology/topology-service";
import { nameOfLeaf } from "./leaf-name";
import type { SetTopologyState, TopologyState } from "./use-topology-state";

const MOST_HOPS = 5;

/** What is not drawn and why, each with the way back to it: nothing is left out in silence. */
export function PartNote({
  reading,
  state,
  setState,
}: {
  reading: GraphReading;
  state: TopologyState;
  setState: SetTopologyState;
}) {
  const { folded, hidden, graph, noPath } = reading;
  const { around, hops, to } = state;
  const byHand = state.open.length + state.closed.length > 0;
  if (folded.services === 0 && hidden === 0 && around === null && !byHand) return null;
  return (
    <div className="qd-topology-notes" data-row="" role="group" aria-label="What is shown">
      {folded.services > 0 ? (
        <span>
          <b>{count(folded.services, "service")}</b> folded into {groupNames(graph)}: what fails
          stays in sight, a double click or “Open” shows what is inside.
        </span>
      ) : null}
      {around === null ? null : (
        <span>
          {to === null
            ? `Around ${nameOfLeaf(graph, around)}, ${count(hops, "call")} away`
            : noPath
              ? `No call leads from ${nameOfLeaf(graph, around)} to ${nameOfLeaf(graph, to)}; it shows what is around`
              : `The way from ${nameOfLeaf(graph, around)} to ${nameOfLeaf(graph, to)}`}
        </span>
      )}
      {hidden > 0 ? <span>{count(hidden, "service")} not shown</span> : null}
      {around !== null && to === null && hops < MOST_HOPS ? (
        <Button size="small" onClick={() => void setState({ hops: hops + 1 })}>
          One call further
        </Button>
      ) : null}
      {byHand ? (
        <Button size="small" onClick={() => void setState({ open: [], closed: [] })}>
          Fold as by default
        </Button>
      ) : null}
      {around !== null || (hidden > 0 && state.find !== "") ? (
        <Button
          size="small"
          onClick={() => void setState({ around: null, to: null, hops: null, find: "" })}
        >
          Show everything
        </Button>
      ) : null}
    </div>
  );
}

const MOST_NAMED = 3;

/** `bookinfo and 56 more namespaces`, or `45 groups, one a namespace`. */
function groupNames({ nodes }: MeshGraph): string {
  const groups = nodes.filter(({ kind }) => kind === "group");
  const names = groups.map((group) => {
    const box = boxNameOf(group);
    return box === undefined || box === group.name ? group.name : `${group.name} of ${box}`;
  });
  if (names.length <= MOST_NAMED) return names.join(" and ");
  const byLabel = groups.some(({ group }) => group !== undefined);
  return `${count(groups.length, "group")}, one for each ${byLabel ? "value of the label" : "namespace"}`;
}

const count = (number: number, one: string): string =>
  `${number.toLocaleString("en")} ${one}${number === 1 ? "" : "s"}`;
