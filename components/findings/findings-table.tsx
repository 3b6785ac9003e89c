"use client";

import { ChevronDown, ChevronRight } from "lucide-react";
import { useMemo, useState } from "react";
import { Button } from "@/components/ui/button";
import { type Column, DataTable } from "@/components/ui/data-table";
import { formatNumber, NO_DATA } from "@/components/ui/format";
import { Icon } from "@/components/ui/icon";
import { KindTag } from "@/components/ui/kind-tag";
import { StatusGlyph } from "@/components/ui/status-glyph";
import { kindInfo } from "@/lib/istio/kinds";
import type { FindingList, FindingRow } from "@/server/config/finding-list";
import { groupKey, objectName } from "./arrange-findings";
import { FindingSince } from "./finding-since";
import { LEVEL_WORDS, LEVELS } from "./level-words";
import { suppressionWords } from "./suppression-words";
import type { FindingsState, SetFindingsState } from "./use-findings-state";

const COLUMNS: readonly Column<FindingRow>[] = [
  {
    key: "object",
    header: "Object",
    sortValue: (row) => `${row.kind} ${objectName(row)}`,
    className: "qd-findings-object",
    cell: (row) => (
      <span className="inline-flex max-w-full items-center gap-1.5">
        <StatusGlyph status={LEVEL_WORDS[row.level].status} label={LEVEL_WORDS[row.level].one} />
        {row.ref ? <KindTag tag={kindInfo(row.ref.kind).tag} kind={row.kind} /> : null}
        <span className="truncate font-mono text-xs" title={objectName(row)}>
          {objectName(row)}
        </span>
      </span>
    ),
  },
  {
    key: "message",
    header: "What is wrong",
    className: "qd-findings-message",
    cell: ({ message }) => <span title={message}>{message}</span>,
  },
  {
    key: "code",
    header: "Code",
    sortValue: ({ code }) => code,
    className: "max-wide:hidden",
    cell: ({ code, aliases }) => (
      <span className="font-mono text-xs" title={[code, ...aliases].join(", ")}>
        {code}
      </span>
    ),
  },
  {
    key: "since",
    header: "Since",
    numeric: true,
    sortValue: ({ since }) => since.at,
    cell: (row) => <FindingSince since={row.since} />,
  },
];

/** In place of the age, for what does not count. */
const SUPPRESSED: Column<FindingRow> = {
  key: "suppressed",
  header: "Suppressed",
  className: "qd-findings-reason",
  sortValue: ({ suppressed }) => suppressed?.until,
  cell: ({ suppressed }) => {
    const words = suppressed ? suppressionWords(suppressed) : NO_DATA;
    return <span title={words}>{words}</span>;
  },
};
const SUPPRESSED_COLUMNS = [...COLUMNS.filter(({ key }) => key !== "since"), SUPPRESSED];

/** The findings under headings that fold; the heading of a rule is its title. */
export function FindingsTable({
  rows,
  list,
  state,
  setState,
}: {
  rows: readonly FindingRow[];
  list: FindingList;
  state: FindingsState;
  setState: SetFindingsState;
}) {
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const { group } = state;
  const isNothingSuppressed = state.suppressed && list.suppressedTotal === 0;
  const sorted = useMemo(
    () =>
      group === "flat"
        ? rows
        : rows.toSorted((a, b) => LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level)),
    [rows, group],
  );
  const toggle = (key: string) =>
    setFolded((before) => {
      const after = new Set(before);
      if (!after.delete(key)) after.add(key);
      return after;
    });

  return (
    <>
      <DataTable
        label="Findings"
        columns={state.suppressed ? SUPPRESSED_COLUMNS : COLUMNS}
        rows={sorted}
        rowKey={({ id }) => id}
        selected={state.finding}
        onRowClick={({ id }) => void setState({ finding: id })}
        {...(group === "flat"
          ? {}
          : {
              group: {
                of: (row: FindingRow) => groupKey(row, group),
                folded: (key: string) => folded.has(key),
                header: (key: string, members: readonly FindingRow[]) => (
                  <GroupHeader
                    title={group === "rule" ? (list.titles[key] ?? key) : key}
                    rows={members}
                    folded={folded.has(key)}
                    onToggle={() => toggle(key)}
                  />
                ),
              },
            })}
        empty={
          <span className="inline-flex flex-wrap items-center gap-2">
            {isNothingSuppressed ? "Nothing is suppressed." : "No finding passes the filter."}
            <Button
              variant="quiet"
              size="small"
              onClick={() =>
                void setState(
                  isNothingSuppressed
                    ? { suppressed: false }
                    : { filter: "", level: null, rule: null, objects: null },
                )
              }
            >
              {isNothingSuppressed ? "Show what counts" : "Clear the filter"}
            </Button>
          </span>
        }
      />
      <p className="mt-2 text-xs text-ink-3">
        {formatNumber(rows.length)} of{" "}
        {state.suppressed
          ? `${formatNumber(list.suppressedTotal)} suppressed findings shown; they do not count.`
          : `${formatNumber(list.total)} findings shown.`}
        {!state.suppressed && list.rows.length < list.total
          ? ` Only the worst ${formatNumber(list.rows.length)} are here: choose namespaces at the top to see the others.`
          : ""}
      </p>
    </>
  );
}

function GroupHeader({
  title,
  rows,
  folded,
  onToggle,
}: {
  title: string;
  rows: readonly FindingRow[];
  folded: boolean;
  onToggle: () => void;
}) {
  const worst = LEVELS.find((level) => rows.some((row) => row.level === level)) ?? "Info";
  const codes = new Set(rows.map(({ code }) => code));
  return (
    <button type="button" className="qd-findings-group" aria-expanded={!folded} onClick={onToggle}>
      <Icon of={folded ? ChevronRight : ChevronDown} size={14} />
      <StatusGlyph status={LEVEL_WORDS[worst].status} label={LEVEL_WORDS[worst].one} />
      <span className="truncate">{title}</span>
      <span className="font-normal text-ink-3">
        {codes.size === 1 ? `${[...codes].join("")} · ` : ""}
        {formatNumber(rows.length)}
      </span>
    </button>
  );
}
