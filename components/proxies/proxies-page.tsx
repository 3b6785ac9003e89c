"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useNamespaceScope } from "@/components/layout/use-namespace-scope";
import { useTRPC } from "@/components/trpc/client";
import { EmptyState } from "@/components/ui/empty-state";
import { ErrorState } from "@/components/ui/error-state";
import { PageHeader } from "@/components/ui/page-header";
import { Skeleton } from "@/components/ui/skeleton";
import { EnvoyExplorer } from "./envoy-explorer";
import { FollowedChange } from "./followed-change";
import { filterRows } from "./filter-rows";
import { CountsLine, SourceLine, SourceNotes } from "./proxies-summary";
import { ProxiesTable } from "./proxies-table";
import { ProxiesToolbar } from "./proxies-toolbar";
import { ProxyPanel } from "./proxy-panel";
import { tableRows } from "./table-row";
import { proxyOfParam, useProxiesState } from "./use-proxies-state";

/** Every proxy of the mesh: whether it holds what istiod sent, and what it holds. */
export function ProxiesPage() {
  const [state, setState] = useProxiesState();
  const trpc = useTRPC();
  const namespaces = [...useNamespaceScope()].sort();
  const { data, error, refetch } = useQuery(
    trpc.proxies.list.queryOptions(
      { namespaces, early: true },
      { placeholderData: keepPreviousData, meta: { live: ["proxies", "mesh:Pod"] } },
    ),
  );
  const packed = data?.packed;
  const all = useMemo(() => (packed === undefined ? [] : tableRows(packed)), [packed]);
  const { filter, state: only } = state;
  const rows = useMemo(() => filterRows(all, { filter, state: only }), [all, filter, only]);
  const opened = proxyOfParam(state.proxy);

  return (
    <div className="qd-flush qd-proxies">
      <div className="qd-proxies-top" data-opened={opened ? "" : undefined}>
        <section className="qd-proxies-list" aria-label="All proxies">
          <PageHeader
            title="Proxies"
            lead={data ? <CountsLine table={data} state={state} setState={setState} /> : null}
            actions={data ? <SourceLine table={data} /> : null}
          />
          {data ? <SourceNotes table={data} error={error} /> : null}
          <FollowedChange state={state} setState={setState} />
          <ProxiesToolbar state={state} setState={setState} rows={rows} />
          {data ? (
            all.length === 0 ? (
              <NoProxies narrowed={namespaces} />
            ) : (
              <ProxiesTable rows={rows} total={all.length} state={state} setState={setState} />
            )
          ) : error ? (
            <ErrorState
              error={error}
              onRetry={() => void refetch()}
              title="The proxies cannot be read"
            >
              Topology and configuration go on without istiod.
            </ErrorState>
          ) : (
            <Skeleton label="Asking istiod for its proxies" rows={8} />
          )}
        </section>
        {opened ? (
          <ProxyPanel
            key={state.proxy}
            proxy={opened}
            onClose={() => void setState({ proxy: null })}
          />
        ) : null}
      </div>
      {opened ? (
        <EnvoyExplorer key={state.proxy} proxy={opened} state={state} setState={setState} />
      ) : null}
    </div>
  );
}

function NoProxies({ narrowed }: { narrowed: readonly string[] }) {
  return narrowed.length > 0 ? (
    <EmptyState title={`No proxy in ${narrowed.join(", ")}`}>
      Choose other namespaces at the top, or all of them.
    </EmptyState>
  ) : (
    <EmptyState title="No proxy is connected to istiod">
      Label a namespace with istio-injection=enabled and restart its pods: each then gets a sidecar
      that connects to istiod.
    </EmptyState>
  );
}
