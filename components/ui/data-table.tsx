"use client";

import { ArrowDown, ArrowUp } from "lucide-react";
import Link from "next/link";
import { type ReactNode, useEffect, useEffectEvent, useMemo, useRef, useState } from "react";
import { Icon } from "./icon";
import { TableScroll } from "./table-scroll";

/** A column: what stands in its cells, and by what value it sorts. */
export interface Column<Row> {
  readonly key: string;
  readonly header: ReactNode;
  readonly cell: (row: Row) => ReactNode;
  /** Right-aligned, tabular. */
  readonly numeric?: boolean;
  /** Sortable when given. Rows without a value (null, undefined) come last either way. */
  readonly sortValue?: (row: Row) => string | number | null | undefined;
  /** Classes on its cells, such as a width or `max-wide:hidden`. */
  readonly className?: string;
}

interface TableSort {
  readonly key: string;
  readonly descending: boolean;
}

export interface DataTableProps<Row> {
  /** Names the table for readers. */
  readonly label: string;
  /** The first column names the row. */
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
  /** Controlled order; without `onSortChange` it is only where the table starts. */
  readonly sort?: TableSort | undefined;
  readonly onSortChange?: (sort: TableSort) => void;
  /** Makes the row's name a button, and the whole row a target for the pointer. */
  readonly onRowClick?: (row: Row) => void;
  /** The same, for rows that lead to a page. */
  readonly rowHref?: (row: Row) => string;
  /** The key of the row that is shown beside the table. */
  readonly selected?: string | null | undefined;
  /** Rows under headings; rows of a group must follow one another after sorting by the group. */
  readonly group?: {
    readonly of: (row: Row) => string;
    readonly header: (key: string, rows: readonly Row[]) => ReactNode;
    /** Groups that show their heading only. */
    readonly folded?: (key: string) => boolean;
  };
  readonly dense?: boolean;
  /** Shown in place of rows when there are none. */
  readonly empty?: ReactNode;
  /** CSS height of the scrolling window above 100 rows. */
  readonly maxHeight?: string;
  /** Whether fewer rows scroll in that window too: where what lies below must stay in sight. */
  readonly bounded?: boolean;
  /** Told which rows are drawn, whenever these are others. */
  readonly onRowsInSight?: ((rows: readonly Row[]) => void) | undefined;
}

/** Above this many rows only those in sight are in the document. */
const WINDOW_FROM = 100;
const ROW_HEIGHT = { normal: 32, dense: 26 } as const;
const OVERSCAN = 12;

type Line<Row> = { readonly group: string; readonly rows: readonly Row[] } | { readonly row: Row };

function compare(a: string | number | null | undefined, b: typeof a, descending: boolean): number {
  if (a === b) return 0;
  if (a === null || a === undefined) return 1;
  if (b === null || b === undefined) return -1;
  const order =
    typeof a === "number" && typeof b === "number"
      ? a - b
      : String(a).localeCompare(String(b), "en", { numeric: true });
  return descending ? -order : order;
}

/** The rows in order, with a line before each group; groups keep the order of their first row. */
function arrange<Row>(
  { columns, rows, group }: Pick<DataTableProps<Row>, "columns" | "rows" | "group">,
  sort: TableSort | undefined,
): Line<Row>[] {
  const value = columns.find((column) => column.key === sort?.key)?.sortValue;
  const sorted =
    sort && value ? rows.toSorted((a, b) => compare(value(a), value(b), sort.descending)) : rows;
  if (!group) return sorted.map((row) => ({ row }));
  const groups = new Map<string, Row[]>();
  for (const row of sorted) {
    const key = group.of(row);
    const members = groups.get(key);
    if (members) members.push(row);
    else groups.set(key, [row]);
  }
  return [...groups].flatMap(([key, members]) => [
    { group: key, rows: members },
    ...(group.folded?.(key) ? [] : members.map((row) => ({ row }))),
  ]);
}

/** A table: name first, numbers right, sorted by its heads; only the rows in sight are drawn. */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { label, columns, rows, group, rowKey, dense = false, maxHeight = "70vh" } = props;
  const [ownSort, setOwnSort] = useState(props.sort);
  const [view, setView] = useState({ top: 0, height: 900 });
  const sort = props.onSortChange ? props.sort : ownSort;
  const lines = useMemo(
    () => arrange({ columns, rows, ...(group ? { group } : {}) }, sort),
    [columns, rows, group, sort],
  );

  const windowed = lines.length > WINDOW_FROM;
  const bounded = windowed || props.bounded === true;
  const height = dense ? ROW_HEIGHT.dense : ROW_HEIGHT.normal;
  const scroller = useRef<HTMLDivElement>(null);
  const { selected } = props;
  const chosen = useEffectEvent(() =>
    lines.findIndex((line) => "row" in line && rowKey(line.row) === selected),
  );
  // External: the window's place. The selected row may come from a link, far down.
  useEffect(() => {
    const element = scroller.current;
    const index = typeof selected === "string" && bounded && element ? chosen() : -1;
    if (!element || index < 0) return;
    const top = index * height;
    // The head covers as much as a row.
    const isSeen =
      top >= element.scrollTop && top + 2 * height <= element.scrollTop + element.clientHeight;
    if (!isSeen) element.scrollTop = Math.max(0, top - 2 * height);
  }, [selected, bounded, height]);
  const first = windowed ? Math.max(0, Math.floor(view.top / height) - OVERSCAN) : 0;
  const last = windowed
    ? Math.min(lines.length, Math.ceil((view.top + view.height) / height) + OVERSCAN)
    : lines.length;

  const { onRowsInSight } = props;
  // External: who follows what is seen.
  useEffect(() => {
    onRowsInSight?.(lines.slice(first, last).flatMap((line) => ("row" in line ? [line.row] : [])));
  }, [onRowsInSight, lines, first, last]);

  function sortBy(key: string) {
    const next = { key, descending: sort?.key === key ? !sort.descending : false };
    if (props.onSortChange) props.onSortChange(next);
    else setOwnSort(next);
  }

  return (
    <TableScroll
      label={label}
      ref={scroller}
      {...(bounded
        ? { maxHeight, onScroll: (top: number, h: number) => setView({ top, height: h }) }
        : {})}
    >
      <table
        className="qd-table"
        aria-label={label}
        data-dense={dense || undefined}
        data-sticky={bounded || undefined}
        aria-rowcount={windowed ? lines.length + 1 : undefined}
      >
        <thead>
          <tr aria-rowindex={windowed ? 1 : undefined}>
            {columns.map((column) => (
              <Head key={column.key} column={column} sort={sort} onSort={sortBy} />
            ))}
          </tr>
        </thead>
        <tbody>
          {windowed ? <Filler rows={first} height={height} /> : null}
          {lines.slice(first, last).map((line, index) =>
            "group" in line ? (
              <tr key={`group ${line.group}`} data-group="">
                <th colSpan={columns.length} scope="rowgroup">
                  {props.group?.header(line.group, line.rows)}
                </th>
              </tr>
            ) : (
              <BodyRow
                key={rowKey(line.row)}
                row={line.row}
                table={props}
                index={windowed ? first + index + 2 : undefined}
              />
            ),
          )}
          {windowed ? <Filler rows={lines.length - last} height={height} /> : null}
          {lines.length === 0 ? (
            <tr>
              <td colSpan={columns.length} className="text-ink-2!">
                {props.empty ?? "Nothing to show."}
              </td>
            </tr>
          ) : null}
        </tbody>
      </table>
    </TableScroll>
  );
}

function Filler({ rows, height }: { rows: number; height: number }) {
  return rows > 0 ? <tr aria-hidden style={{ height: rows * height }} /> : null;
}

function Head<Row>({
  column,
  sort,
  onSort,
}: {
  column: Column<Row>;
  sort: TableSort | undefined;
  onSort: (key: string) => void;
}) {
  const active = sort?.key === column.key;
  const order = !active ? "none" : sort.descending ? "descending" : "ascending";
  return (
    <th
      scope="col"
      className={column.className}
      data-numeric={column.numeric || undefined}
      aria-sort={column.sortValue ? order : undefined}
    >
      {column.sortValue ? (
        <button type="button" onClick={() => onSort(column.key)}>
          {column.header}
          {active ? <Icon of={sort.descending ? ArrowDown : ArrowUp} size={12} /> : null}
        </button>
      ) : (
        column.header
      )}
    </th>
  );
}

function BodyRow<Row>({
  row,
  table,
  index,
}: {
  row: Row;
  table: DataTableProps<Row>;
  index: number | undefined;
}) {
  const { columns, onRowClick, rowHref, selected } = table;
  const key = table.rowKey(row);
  return (
    <tr
      aria-rowindex={index}
      aria-selected={selected === undefined ? undefined : key === selected}
      data-clickable={onRowClick ? "" : undefined}
      onClick={
        onRowClick &&
        ((event) => {
          // Controls inside the row act for themselves, and selecting text is no press.
          const inner = (event.target as Element).closest("a, button, input, select");
          if (!inner && !getSelection()?.toString()) onRowClick(row);
        })
      }
    >
      {columns.map((column, position) => {
        const content = column.cell(row);
        const cell = { className: column.className, "data-numeric": column.numeric || undefined };
        if (position > 0) {
          return (
            <td key={column.key} {...cell}>
              {content}
            </td>
          );
        }
        return (
          <th key={column.key} scope="row" {...cell}>
            {rowHref ? (
              <Link href={rowHref(row)}>{content}</Link>
            ) : onRowClick ? (
              <button type="button" className="qd-row-action" onClick={() => onRowClick(row)}>
                {content}
              </button>
            ) : (
              content
            )}
          </th>
        );
      })}
    </tr>
  );
}
