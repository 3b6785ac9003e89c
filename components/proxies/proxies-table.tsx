"use client";

import { ChevronDown, ChevronRight } from "lucide-react";
import { useMemo, useState } from "react";
import { Button } from "@/components/ui/button";
import { DataTable } from "@/components/ui/data-table";
import { formatNumber } from "@/components/ui/format";
import { Icon } from "@/components/ui/icon";
import { StatusGlyph } from "@/components/ui/status-glyph";
import { compareText } from "@/lib/base/compare-text";
import type { TableRow } from "./table-row";
import { proxiesColumns } from "./proxies-columns";
import { STATE_ORDER, STATE_WORDS } from "./proxy-words";
import { type ConfigSizesState, useConfigSizes } from "./use-config-sizes";
import type { ProxiesState, SetProxiesState } from "./use-proxies-state";

const rank = ({ state }: TableRow): number => STATE_ORDER.indexOf(state);

/** The table of all proxies, under the causes that they have in common. */
export function ProxiesTable({
  rows,
  total,
  state,
  setState,
}: {
  rows: readonly TableRow[];
  /** How many there are before the filter. */
  total: number;
  state: ProxiesState;
  setState: SetProxiesState;
}) {
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const { group } = state;
  const ordered = useMemo(
    () =>
      group === "cause"
        ? rows.toSorted((a, b) => rank(a) - rank(b) || compareText(a.cause, b.cause))
        : group === "namespace"
          ? rows.toSorted((a, b) => compareText(a.namespace, b.namespace))
          : rows,
    [rows, group],
  );
  const measured = useConfigSizes(ordered, state.sizes);
  const sizes = measured?.sizes;
  const isOpened = state.proxy !== null;
  const columns = useMemo(() => proxiesColumns(sizes, isOpened), [sizes, isOpened]);
  const keyOf = (row: TableRow): string => (group === "namespace" ? row.namespace : row.cause);
  const toggle = (key: string): void => {
    const next = new Set(folded);
    if (!next.delete(key)) next.add(key);
    setFolded(next);
  };

  return (
    <>
      <DataTable
        label="Proxies"
        columns={columns}
        rows={ordered}
        rowKey={({ namespace, pod }) => `${namespace}/${pod}`}
        sort={state.sort ? { key: state.sort, descending: state.descending } : undefined}
        onSortChange={({ key, descending }) => void setState({ sort: key, descending })}
        onRowClick={({ namespace, pod }) =>
          void setState({ proxy: `${namespace}/${pod}`, find: "" })
        }
        selected={state.proxy}
        onRowsInSight={measured?.see}
        maxHeight={isOpened ? "38vh" : "70vh"}
        bounded={isOpened}
        {...(group === "flat"
          ? {}
          : {
              group: {
                of: keyOf,
                folded: (key: string) => folded.has(key),
                header: (key: string, members: readonly TableRow[]) => (
                  <GroupHeader
                    title={key}
                    rows={members}
                    byCause={group === "cause"}
                    folded={folded.has(key)}
                    onToggle={() => toggle(key)}
                  />
                ),
              },
            })}
        empty={
          <span className="inline-flex flex-wrap items-center gap-2">
            No proxy passes the filter.
            <Button
              variant="quiet"
              size="small"
              onClick={() => void setState({ filter: "", state: null })}
            >
              Clear the filter
            </Button>
          </span>
        }
      />
      <p className="mt-2 text-xs text-ink-3">
        {formatNumber(rows.length)} of {formatNumber(total)} proxies shown. “Ignored” means that the
        proxy does not ask istiod for that type.
      </p>
      {measured ? <SizesNote measured={measured} rows={rows} /> : null}
    </>
  );
}

/** How far sizes are known, for a table that is sorted by them. */
function SizesNote({
  measured: { sizes, isMeasuring, problem, measureAll },
  rows,
}: {
  measured: ConfigSizesState;
  rows: readonly TableRow[];
}) {
  const known = rows.filter(({ id }) => sizes.has(id)).length;
  const missing = rows.length - known;
  return (
    <p className="mt-1 flex flex-wrap items-center gap-2 text-xs text-ink-3" role="status">
      The configurations of {formatNumber(known)} of {formatNumber(rows.length)} proxies are
      measured, as bytes of their dumps.
      {problem === undefined ? null : ` Measuring stopped: ${problem}.`}
      {missing > 0 ? (
        <>
          {" "}
          Rows are measured as they come into sight; sorted by size, the others come last.
          <Button variant="quiet" size="small" onClick={measureAll}>
            {isMeasuring ? "Measuring" : "Measure all"}
          </Button>
        </>
      ) : null}
    </p>
  );
}

function GroupHeader({
  title,
  rows,
  byCause,
  folded,
  onToggle,
}: {
  title: string;
  rows: readonly TableRow[];
  byCause: boolean;
  folded: boolean;
  onToggle: () => void;
}) {
  const [first] = rows;
  const worst = STATE_ORDER.find((state) => rows.some((row) => row.state === state)) ?? "synced";
  // What is said of the group must hold for each proxy in it.
  const shared = byCause && rows.every((row) => row.evidence === first?.evidence);
  const evidence = shared ? first?.evidence : undefined;
  return (
    <button type="button" className="qd-proxies-group" aria-expanded={!folded} onClick={onToggle}>
      <Icon of={folded ? ChevronRight : ChevronDown} size={14} />
      <StatusGlyph status={STATE_WORDS[worst][0]} />
      <span>{title}</span>
      <span className="font-normal text-ink-3">{whose(rows, byCause)}</span>
      {evidence ? <span className="qd-proxies-evidence">{evidence}</span> : null}
    </button>
  );
}

/** `3 of ads`, where all are of one workload; else how many. */
function whose(rows: readonly TableRow[], byCause: boolean): string {
  const count = formatNumber(rows.length);
  const [first] = rows;
  const one =
    byCause && first?.workload && rows.every(({ workload }) => workload === first.workload);
  return one ? `${count} of ${first.workload}` : count;
}
