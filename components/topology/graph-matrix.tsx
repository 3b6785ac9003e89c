import { type KeyboardEvent, useState } from "react";
import { HEALTH_STATUS, STATE_WORD } from "@/components/graph/plate-views";
import { StatusGlyph } from "@/components/ui/status-glyph";
import { Panel } from "@/components/ui/panel";
import { TableScroll } from "@/components/ui/table-scroll";
import { groupBy } from "@/lib/graph/collect";
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
  const isChosen = (end: "source" | "target", id: string) =>
    chosen ? chosen[end] === id : id === selected || nodeIdOf(id) === selected;
  const names = uniqueNames(graph, [...callers, ...callees]);
  const nameOf = (id: string) => names.get(id) ?? id;
  const [focused, setFocused] = useState<string>();
  const current =
    [focused, chosen?.id].find((id) => graph.edges.some((edge) => edge.id === id)) ??
    cells.get(firstCell(callers, callees, cells))?.id;
  return (
    <div className="qd-topology-table">
      <Panel
        title="Matrix"
        note="rows call columns; requests/s; stronger tint is more; ordered by namespace"
      >
        <TableScroll label="Matrix of callers and callees">
          <table
            className="qd-matrix"
            onKeyDown={onMatrixKey}
            onFocus={({ target }) => setFocused(target.dataset.edge)}
          >
            <thead>
              <tr>
                <td />
                {callees.map((id) => (
                  <th key={id} scope="col" data-selected={isChosen("target", id) || undefined}>
                    <span>{nameOf(id)}</span>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {callers.map((source) => (
                <tr key={source}>
                  <th scope="row" data-selected={isChosen("source", source) || undefined}>
                    {nameOf(source)}
                  </th>
                  {callees.map((target) => {
                    const edge = cells.get(`${source} ${target}`);
                    return (
                      <td key={target}>
                        {edge ? (
                          <Cell
                            edge={edge}
                            name={`${nameOf(source)} to ${nameOf(target)}`}
                            current={edge.id === current}
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
  current,
  selected,
  onSelect,
}: {
  edge: GraphEdge;
  name: string;
  /** The one cell that Tab leads to; arrows lead to the others. */
  current: boolean;
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
      data-edge={edge.id}
      tabIndex={current ? 0 : -1}
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

/** The first cell in reading order. */
function firstCell(
  callers: readonly string[],
  callees: readonly string[],
  cells: ReadonlyMap<string, GraphEdge>,
): string {
  const keys = callers.flatMap((source) => callees.map((target) => `${source} ${target}`));
  return keys.find((key) => cells.has(key)) ?? "";
}

/** Arrows lead to the next call of the same row or column. */
function onMatrixKey(event: KeyboardEvent<HTMLTableElement>): void {
  const cell = (event.target as Element).closest("td");
  const row = cell?.parentElement;
  const rows = [...event.currentTarget.tBodies].flatMap((body) => [...body.rows]);
  if (!cell || !(row instanceof HTMLTableRowElement)) return;
  const column = cell.cellIndex;
  const line =
    event.key === "ArrowLeft"
      ? [...row.cells].slice(0, column).reverse()
      : event.key === "ArrowRight"
        ? [...row.cells].slice(column + 1)
        : event.key === "ArrowUp"
          ? rows
              .slice(0, rows.indexOf(row))
              .reverse()
              .map((one) => one.cells[column])
          : event.key === "ArrowDown"
            ? rows.slice(rows.indexOf(row) + 1).map((one) => one.cells[column])
            : undefined;
  if (!line) return;
  event.preventDefault();
  line
    .map((one) => one?.querySelector<HTMLElement>("button"))
    .find((button) => button !== null && button !== undefined)
    ?.focus();
}

/** Names of what is drawn, with the namespace where another one of them is called the same. */
function uniqueNames(graph: MeshGraph, ids: readonly string[]): ReadonlyMap<string, string> {
  const namespaces = new Map(graph.nodes.map(({ id, namespace }) => [id, namespace]));
  const byName = groupBy(new Set(ids), (id) => nameOfLeaf(graph, id));
  return new Map(
    [...byName].flatMap(([name, same]) =>
      same.map((id) => {
        const namespace = namespaces.get(nodeIdOf(id));
        return [id, same.length > 1 && namespace ? `${namespace}/${name}` : name] as const;
      }),
    ),
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
