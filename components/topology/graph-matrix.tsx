import { HEALTH_STATUS, STATE_WORD } from "@/components/graph/plate-views";
import { StatusGlyph } from "@/components/ui/status-glyph";
import { Panel } from "@/components/ui/panel";
import { TableScroll } from "@/components/ui/table-scroll";
import { formatBytes, formatErrorShare, formatRate } from "@/lib/graph/format";
import { type GraphEdge, type MeshGraph, nodeIdOf } from "@/lib/graph/mesh-graph";
import { nameOfLeaf } from "./leaf-name";

/** Requests per second from which a cell is tinted one step stronger; as the widths of edges. */
const TINT_STEPS = [50, 300, 1000] as const;

/** Who calls whom as a matrix: rows call columns. It stays readable where a graph does not. */
export function GraphMatrix({
  graph,
  selected,
  onSelect,
}: {
  graph: MeshGraph;
  selected: string | null;
  onSelect: (id: string) => void;
}) {
  const callers = ends(graph, "source");
  const callees = ends(graph, "target");
  const cells = new Map(graph.edges.map((edge) => [`${edge.source} ${edge.target}`, edge]));
  const chosen = graph.edges.find(({ id }) => id === selected);
  return (
    <div className="qd-topology-table">
      <Panel
        title="Matrix"
        note="rows call columns; requests/s; stronger tint is more; ordered by namespace"
      >
        <TableScroll label="Matrix of callers and callees">
          <table className="qd-matrix">
            <thead>
              <tr>
                <td />
                {callees.map((id) => (
                  <th key={id} scope="col" data-selected={chosen?.target === id || undefined}>
                    <span>{nameOfLeaf(graph, id)}</span>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {callers.map((source) => (
                <tr key={source}>
                  <th scope="row" data-selected={chosen?.source === source || undefined}>
                    {nameOfLeaf(graph, source)}
                  </th>
                  {callees.map((target) => {
                    const edge = cells.get(`${source} ${target}`);
                    return (
                      <td key={target}>
                        {edge ? (
                          <Cell
                            edge={edge}
                            name={`${nameOfLeaf(graph, source)} to ${nameOfLeaf(graph, target)}`}
                            selected={edge.id === selected}
                            onSelect={onSelect}
                          />
                        ) : null}
                      </td>
                    );
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </TableScroll>
      </Panel>
    </div>
  );
}

function Cell({
  edge,
  name,
  selected,
  onSelect,
}: {
  edge: GraphEdge;
  name: string;
  selected: boolean;
  onSelect: (id: string) => void;
}) {
  const { traffic, health } = edge;
  const rate = traffic.requestsPerSecond;
  const bytes = (traffic.tcpSentPerSecond ?? 0) + (traffic.tcpReceivedPerSecond ?? 0);
  const unwell = health.state === "failing" || health.state === "degraded";
  const figure = rate === null ? formatBytes(bytes) : formatRate(rate);
  const errors = traffic.errorRatio ? `, ${formatErrorShare(traffic.errorRatio)} errors` : "";
  return (
    <button
      type="button"
      className="qd-matrix-cell"
      data-step={TINT_STEPS.filter((step) => (rate ?? 0) >= step).length}
      data-state={health.state}
      data-status={HEALTH_STATUS[health.state]}
      aria-pressed={selected}
      aria-label={`${name}: ${figure}${rate === null ? "" : " requests/s"}${errors}, ${STATE_WORD[health.state]}`}
      onClick={() => onSelect(edge.id)}
    >
      {unwell ? <StatusGlyph status={HEALTH_STATUS[health.state]} size={12} /> : null}
      {figure}
    </button>
  );
}

/** What stands at one end of some edge: by namespace, then name, versions of a service together. */
function ends(graph: MeshGraph, end: "source" | "target"): readonly string[] {
  const namespaceOf = new Map(graph.nodes.map(({ id, namespace }) => [id, namespace ?? "~"]));
  const key = (id: string) => `${namespaceOf.get(nodeIdOf(id)) ?? "~"} ${id}`;
  return [...new Set(graph.edges.map((edge) => edge[end]))].sort((a, b) =>
    key(a) < key(b) ? -1 : 1,
  );
}
