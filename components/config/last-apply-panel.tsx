"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import type { ReactNode } from "react";
import { useScopedHref } from "@/components/layout/use-namespace-scope";
import { useTRPC } from "@/components/trpc/client";
import { Age } from "@/components/ui/age";
import { Panel } from "@/components/ui/panel";
import { ShareBar } from "@/components/ui/share-bar";
import { StatusGlyph, type StatusName } from "@/components/ui/status-glyph";
import type { DraftReach } from "@/server/config/draft-report";
import type { Apply } from "./use-apply";

/** How far the last write of this page has come: stored, pushed by istiod, taken by proxies. */
export function LastApplyPanel({
  apply: { result },
  reach,
}: {
  apply: Apply;
  reach: DraftReach | undefined;
}) {
  if (result?.type !== "applied") return null;
  return (
    <Panel title="Last apply" aside={<Age at={result.at} />}>
      <p className="sr-only" role="status">
        Written as resourceVersion {result.resourceVersion}
      </p>
      <Steps at={result.at} version={result.resourceVersion} namespaces={reach?.namespaces ?? []} />
      {result.warnings.map((warning) => (
        <p key={warning} className="qd-note">
          <code>{warning}</code>
        </p>
      ))}
    </Panel>
  );
}

function Steps({
  at,
  version,
  namespaces,
}: {
  at: number;
  version: string;
  namespaces: readonly string[];
}) {
  const trpc = useTRPC();
  const propagation = useQuery(
    trpc.proxies.propagation.queryOptions(
      { since: at, namespaces: [...namespaces] },
      { retry: false, meta: { live: ["proxies"] } },
    ),
  );
  const { data } = propagation;
  const all = data !== undefined && data.total > 0 && data.synced === data.total;
  return (
    <>
      <ol className="qd-config-steps">
        <Step status="ok" name="Written" note={`resourceVersion ${version}`} />
        <Step
          status={propagation.isError ? "unknown" : data ? (all ? "ok" : "progress") : "off"}
          name="Acknowledged"
          note={
            propagation.isError
              ? "istiod does not say"
              : data
                ? `${data.synced} of ${data.total} proxies`
                : "asking istiod"
          }
        />
      </ol>
      {data && data.total > 0 ? (
        <ShareBar
          measured={data.synced / data.total}
          waiting={1}
          tone="ok"
          label={`${data.synced} of ${data.total} proxies acknowledged`}
        />
      ) : null}
      {propagation.isError ? <p className="qd-note">{propagation.error.message}</p> : null}
      <Stragglers stragglers={data?.stragglers ?? []} />
    </>
  );
}

function Step({ status, name, note }: { status: StatusName; name: string; note: ReactNode }) {
  return (
    <li>
      <StatusGlyph status={status} size={13} />
      <span>{name}</span>
      <span className="text-ink-3">{note}</span>
    </li>
  );
}

function Stragglers({
  stragglers,
}: {
  stragglers: readonly { readonly id: string; readonly state: string }[];
}) {
  const scoped = useScopedHref();
  if (stragglers.length === 0) return null;
  return (
    <p className="qd-note">
      Waiting: {stragglers.map(({ id, state }) => `${id} (${state})`).join(", ")}.{" "}
      <Link href={scoped("/proxies")}>Show proxies</Link>
    </p>
  );
}
