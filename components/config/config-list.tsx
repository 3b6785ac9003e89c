"use client";

import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import Link from "next/link";
import { usePathname, useSearchParams } from "next/navigation";
import { useDeferredValue, useState, useSyncExternalStore } from "react";
import { objectHref } from "@/components/layout/object-href";
import { useNamespaceScope, useScopedHref } from "@/components/layout/use-namespace-scope";
import { useTRPC } from "@/components/trpc/client";
import { ErrorState } from "@/components/ui/error-state";
import { Icon } from "@/components/ui/icon";
import { SearchField } from "@/components/ui/search-field";
import { Skeleton } from "@/components/ui/skeleton";
import { StatusGlyph } from "@/components/ui/status-glyph";
import { VerdictBlock } from "@/components/ui/verdict-block";
import { ConfigRows } from "./config-rows";
import { draftKey } from "./draft-key";
import { draftStore } from "./draft-store";
import { LooseDrafts } from "./loose-drafts";
import { filterRows, type RowFilter } from "./filter-rows";
import { useConfigFilter } from "./use-config-filter";

/** Every object of configuration, by namespace: what is wrong, what has a draft, what is open. */
export function ConfigList() {
  const trpc = useTRPC();
  const scope = useNamespaceScope();
  const scoped = useScopedHref();
  const pathname = usePathname();
  const creating = useSearchParams().has("new");
  const [filter, setFilter] = useConfigFilter();
  const [text, setText] = useState("");
  const search = useDeferredValue(text);
  const list = useQuery(trpc.config.list.queryOptions(undefined, { meta: { live: ["mesh"] } }));
  useSyncExternalStore(draftStore.subscribe, draftStore.version, () => 0);
  const drafts = new Set(typeof window === "undefined" ? [] : draftStore.keys());

  const rows = list.data?.rows ?? [];
  const inScope = scope.length === 0 ? rows : rows.filter((row) => scope.includes(row.namespace));
  const shown = filterRows(inScope, {
    filter,
    search,
    hasDraft: (row) => drafts.has(draftKey(row)),
  });
  const count = (of: RowFilter) => filterRows(inScope, { filter: of }).length;

  return (
    <aside className="qd-config-list" aria-label="Objects">
      <div className="qd-config-list-head">
        <SearchField
          label="Filter objects"
          placeholder="Filter: kind, name, namespace"
          value={text}
          onChange={setText}
        />
        <div className="mt-1.5 flex items-center gap-1">
          <Chip pressed={filter === "all"} onPress={() => setFilter("all")}>
            All {inScope.length}
          </Chip>
          <Chip pressed={filter === "errors"} onPress={() => setFilter("errors")}>
            <StatusGlyph status="fail" size={12} label="Errors" /> {count("errors")}
          </Chip>
          <Chip pressed={filter === "warnings"} onPress={() => setFilter("warnings")}>
            <StatusGlyph status="warn" size={12} label="Warnings" /> {count("warnings")}
          </Chip>
          <Link
            className="qd-button ml-auto"
            data-variant="quiet"
            data-size="small"
            href={scoped("/config?new=VirtualService")}
            aria-current={creating ? "page" : undefined}
          >
            <Icon of={Plus} />
            New
          </Link>
        </div>
      </div>
      {list.isPending ? <Skeleton rows={8} label="Reading configuration" /> : null}
      {list.isError && !list.data ? (
        <ErrorState error={list.error} onRetry={() => void list.refetch()} />
      ) : null}
      {list.data?.problems.map(({ kind, message, hint }) => (
        <div key={kind} className="px-3 py-2">
          <VerdictBlock status="unknown" title={`${kind} cannot be listed`}>
            {message} {hint}
          </VerdictBlock>
        </div>
      ))}
      {list.data ? <LooseDrafts keys={drafts} stored={new Set(rows.map(draftKey))} /> : null}
      {list.data ? (
        <ConfigRows
          rows={shown}
          total={inScope.length}
          ready={list.data.ready}
          narrowed={search !== "" || filter !== "all"}
          onClear={() => {
            setText("");
            setFilter("all");
          }}
          hrefOf={(row) => scoped(objectHref(row))}
          isCurrent={(row) => decodeURI(pathname) === decodeURI(objectHref(row))}
          hasDraft={(row) => drafts.has(draftKey(row))}
        />
      ) : null}
    </aside>
  );
}

function Chip({
  pressed,
  onPress,
  children,
}: {
  pressed: boolean;
  onPress: () => void;
  children: React.ReactNode;
}) {
  return (
    <button type="button" className="qd-chip" aria-pressed={pressed} onClick={onPress}>
      {children}
    </button>
  );
}
