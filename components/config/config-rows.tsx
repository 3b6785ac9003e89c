"use client";

import { useVirtualizer } from "@tanstack/react-virtual";
import Link from "next/link";
import { useMemo, useRef } from "react";
import { Button } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { KindTag } from "@/components/ui/kind-tag";
import { StatusGlyph } from "@/components/ui/status-glyph";
import type { ConfigRow } from "@/server/config/list-config";
import { rowsByNamespace } from "./filter-rows";

/** Lists longer than this draw only what is in sight. */
const VIRTUAL_ABOVE = 100;
const ROW_HEIGHT = 28;

type Item =
  | { readonly type: "namespace"; readonly namespace: string; readonly count: number }
  | { readonly type: "row"; readonly row: ConfigRow };

interface RowsProps {
  readonly rows: readonly ConfigRow[];
  readonly total: number;
  readonly ready: boolean;
  readonly narrowed: boolean;
  readonly onClear: () => void;
  readonly hrefOf: (row: ConfigRow) => string;
  readonly isCurrent: (row: ConfigRow) => boolean;
  readonly hasDraft: (row: ConfigRow) => boolean;
}

/** The objects under their namespaces. */
export function ConfigRows(props: RowsProps) {
  const { rows, total, ready, narrowed, onClear } = props;
  const items = useMemo(
    () =>
      rowsByNamespace(rows).flatMap(([namespace, own]): Item[] => [
        { type: "namespace", namespace, count: own.length },
        ...own.map((row) => ({ type: "row", row }) as const),
      ]),
    [rows],
  );
  if (items.length === 0) {
    return narrowed && total > 0 ? (
      <EmptyState
        title="No object matches the filter"
        action={<Button onClick={onClear}>Clear filter</Button>}
      >
        {total} objects are hidden by it.
      </EmptyState>
    ) : (
      <EmptyState title={ready ? "No mesh configuration yet" : "Configuration is being read"}>
        {ready
          ? "No Istio or Gateway API object exists in this scope. New writes the first one."
          : "The cluster has not been listed once yet."}
      </EmptyState>
    );
  }
  return items.length > VIRTUAL_ABOVE ? (
    <VirtualItems {...props} items={items} />
  ) : (
    <nav className="qd-config-rows" aria-label="Configuration objects">
      {items.map((item) => (
        <ItemView key={keyOf(item)} item={item} {...props} />
      ))}
    </nav>
  );
}

function VirtualItems({ items, ...props }: RowsProps & { items: readonly Item[] }) {
  const scroller = useRef<HTMLDivElement>(null);
  // The compiler cannot see into the virtualizer; it is used in this render only.
  // eslint-disable-next-line react-hooks/incompatible-library
  const virtualizer = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
  });
  return (
    <div ref={scroller} className="qd-config-rows" data-virtual="" tabIndex={-1}>
      <nav
        aria-label="Configuration objects"
        className="relative"
        style={{ height: virtualizer.getTotalSize() }}
      >
        {virtualizer.getVirtualItems().map(({ index, start }) => {
          const item = items[index];
          return item ? (
            <div
              key={keyOf(item)}
              className="absolute inset-x-0"
              style={{ top: start, height: ROW_HEIGHT }}
            >
              <ItemView item={item} {...props} />
            </div>
          ) : null;
        })}
      </nav>
    </div>
  );
}

const keyOf = (item: Item): string =>
  item.type === "namespace"
    ? `ns:${item.namespace}`
    : `${item.row.kind}/${item.row.namespace}/${item.row.name}`;

function ItemView({
  item,
  hrefOf,
  isCurrent,
  hasDraft,
}: { item: Item } & Pick<RowsProps, "hrefOf" | "isCurrent" | "hasDraft">) {
  if (item.type === "namespace") {
    return (
      <h2 className="qd-config-namespace">
        {item.namespace || "Cluster-wide"}{" "}
        <span className="font-normal text-ink-3">{item.count}</span>
      </h2>
    );
  }
  const { row } = item;
  const { errors, warnings } = row.findings;
  return (
    <Link
      className="qd-config-row"
      href={hrefOf(row)}
      aria-current={isCurrent(row) ? "page" : undefined}
    >
      <KindTag tag={row.tag} kind={row.kindName} />
      <span className="truncate">{row.name}</span>
      <span className="ml-auto flex items-center gap-1.5 text-2xs text-ink-2">
        {row.deleting ? "being deleted" : hasDraft(row) ? "draft" : null}
        {errors > 0 ? (
          <StatusGlyph status="fail" size={12} label={`${errors} errors`} />
        ) : warnings > 0 ? (
          <StatusGlyph status="warn" size={12} label={`${warnings} warnings`} />
        ) : null}
      </span>
    </Link>
  );
}
