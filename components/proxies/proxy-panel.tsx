"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTRPC } from "@/components/trpc/client";
import { Age } from "@/components/ui/age";
import { Badge } from "@/components/ui/badge";
import { CodeBlock } from "@/components/ui/code-block";
import { CopyButton } from "@/components/ui/copy-button";
import { DataTable } from "@/components/ui/data-table";
import { ErrorState } from "@/components/ui/error-state";
import { NO_DATA } from "@/components/ui/format";
import { KeyValues } from "@/components/ui/key-values";
import { Panel } from "@/components/ui/panel";
import { SidePanel } from "@/components/ui/side-panel";
import { Skeleton } from "@/components/ui/skeleton";
import { Status } from "@/components/ui/status";
import { XDS_TYPES } from "@/lib/xds/xds-type";
import type { ProxyDetail } from "@/server/proxies/proxy-detail";
import { kindWord, shortPod, STATE_WORDS, syncWords, TYPE_WORDS } from "./proxy-words";
import { SyncVerdict } from "./sync-verdict";

/** One proxy: how it stands, what Envoy said, and what was sent when. */
export function ProxyPanel({
  proxy,
  onClose,
}: {
  proxy: { readonly namespace: string; readonly name: string };
  onClose: () => void;
}) {
  const trpc = useTRPC();
  const { data, error, refetch } = useQuery(
    trpc.proxies.detail.queryOptions(proxy, {
      placeholderData: keepPreviousData,
      meta: { live: ["proxies", "mesh:Pod"] },
    }),
  );
  const state = data?.row.state;
  return (
    <SidePanel
      title={<span className="font-mono text-md">{proxy.name}</span>}
      over={
        <>
          {data ? kindWord(data.row.kind) : "Proxy"}, {proxy.namespace}
          {state ? <Badge status={STATE_WORDS[state][0]}>{STATE_WORDS[state][1]}</Badge> : null}
        </>
      }
      lead={data ? <span className="text-xs">{placeOf(data)}</span> : null}
      onClose={onClose}
    >
      {error ? (
        <ErrorState error={error} onRetry={() => void refetch()}>
          The other proxies are in the table.
        </ErrorState>
      ) : data ? (
        <PanelBody detail={data} />
      ) : (
        <Skeleton label="Reading the proxy" rows={5} />
      )}
    </SidePanel>
  );
}

/** Where it runs and to whom it is connected. */
const placeOf = ({ row, pod }: ProxyDetail): string =>
  [
    pod?.address,
    row.version ? `proxy ${row.version}` : undefined,
    row.istiod ? `istiod ${shortPod(row.istiod)}` : "connected to no istiod",
  ]
    .filter(Boolean)
    .join(" · ");

function PanelBody({ detail }: { detail: ProxyDetail }) {
  const { row, pod, types } = detail;
  const answers = types
    ? XDS_TYPES.flatMap((type) => {
        const { error, sentAt } = types[type];
        return error === undefined ? [] : [{ type, error, sentAt }];
      })
    : [];
  return (
    <>
      <SyncVerdict detail={detail} />
      {answers.map(({ type, error, sentAt }) => (
        <Panel
          key={type}
          title="What Envoy answered"
          note={TYPE_WORDS[type].toLowerCase()}
          aside={<Age at={sentAt} />}
        >
          <CodeBlock
            label={`Envoy’s answer to ${TYPE_WORDS[type].toLowerCase()}`}
            text={error.trim()}
          />
        </Panel>
      ))}
      {types ? (
        <Panel title="What istiod sent">
          <DataTable
            label="What istiod sent"
            dense
            columns={[
              {
                key: "type",
                header: "Type",
                cell: ({ type }) => (
                  <>
                    {TYPE_WORDS[type]} <span className="text-ink-3">{type}</span>
                  </>
                ),
              },
              {
                key: "state",
                header: "State",
                cell: ({ type }) => {
                  const [status, word] = syncWords(types[type].state, row.state);
                  return <Status status={status} label={word} />;
                },
              },
              {
                key: "sent",
                header: "Sent",
                numeric: true,
                cell: ({ type }) => {
                  const { sentAt } = types[type];
                  return sentAt === undefined ? NO_DATA : <Age at={sentAt} />;
                },
              },
            ]}
            rows={XDS_TYPES.map((type) => ({ type }))}
            rowKey={({ type }) => type}
          />
        </Panel>
      ) : null}
      <Panel title="Pod">
        <KeyValues
          entries={[
            ["Workload", row.workload],
            ["Cluster", row.cluster || undefined],
            ["Revision", row.revision],
            ["Node", pod?.node],
            ["Started", pod?.createdAt === undefined ? undefined : <Age at={pod.createdAt} />],
            ["istiod", row.istiod],
          ]}
        />
        <div className="mt-2">
          <CopyButton text={`istioctl proxy-status ${row.id}`} label="Copy as istioctl" />
        </div>
      </Panel>
    </>
  );
}
