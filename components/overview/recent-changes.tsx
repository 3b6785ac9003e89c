"use client";

import { useQuery } from "@tanstack/react-query";
import { objectHref } from "@/components/layout/object-href";
import { useNamespaceScope, useScopedHref } from "@/components/layout/use-namespace-scope";
import { useTRPC } from "@/components/trpc/client";
import { Age } from "@/components/ui/age";
import { type Column, DataTable } from "@/components/ui/data-table";
import { ErrorState } from "@/components/ui/error-state";
import { KindTag } from "@/components/ui/kind-tag";
import { Panel } from "@/components/ui/panel";
import { Skeleton } from "@/components/ui/skeleton";
import { kindInfo } from "@/lib/istio/kinds";
import type { RecentChange } from "@/server/overview/recent-changes";

const SHOWN = 8;

const COLUMNS: readonly Column<RecentChange>[] = [
  {
    key: "object",
    header: "Object",
    cell: ({ ref }) => (
      <span className="whitespace-nowrap">
        {ref.namespace === "" ? "" : `${ref.namespace}/`}
        {ref.name}
      </span>
    ),
  },
  {
    key: "kind",
    header: "Kind",
    cell: ({ ref }) => <KindTag tag={kindInfo(ref.kind).tag} kind={kindInfo(ref.kind).kind} />,
    className: "w-12",
  },
  { key: "when", header: "When", cell: ({ at }) => <Age at={at} />, className: "w-28" },
  { key: "what", header: "What", cell: ({ what }) => what, className: "w-28" },
  {
    key: "who",
    header: "By",
    cell: ({ who }) =>
      who === undefined ? (
        <span className="text-ink-3">not recorded</span>
      ) : (
        <span className="font-mono text-xs">{who}</span>
      ),
  },
  {
    key: "fields",
    header: "Holds",
    cell: ({ fields }) => <span className="text-ink-2">{fields.join(", ")}</span>,
    className: "max-wide:hidden",
  },
];

/** Who wrote which configuration last. */
export function RecentChanges() {
  const trpc = useTRPC();
  const namespaces = [...useNamespaceScope()];
  const scoped = useScopedHref();
  const { data, error, refetch } = useQuery(
    trpc.overview.changes.queryOptions({ namespaces, limit: SHOWN }, { meta: { live: ["mesh"] } }),
  );
  return (
    <Panel title="Last changes of configuration" aside="from managedFields of the live objects">
      {error ? <ErrorState error={error} onRetry={() => void refetch()} /> : null}
      {!data && !error ? <Skeleton label="Reading changes" rows={5} /> : null}
      {data ? (
        <DataTable
          label="Last changes of configuration"
          columns={COLUMNS}
          rows={data}
          rowKey={({ ref }) => objectHref(ref)}
          rowHref={({ ref }) => scoped(objectHref(ref))}
          empty="No Istio or Gateway API object exists in this scope."
        />
      ) : null}
    </Panel>
  );
}
