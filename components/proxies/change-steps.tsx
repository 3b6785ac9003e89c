"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import type { ReactNode } from "react";
import { proxyHref } from "@/components/layout/object-href";
import { useScopedHref } from "@/components/layout/use-namespace-scope";
import { useTRPC } from "@/components/trpc/client";
import { formatNumber } from "@/components/ui/format";
import { ShareBar } from "@/components/ui/share-bar";
import { StatusGlyph, type StatusName } from "@/components/ui/status-glyph";
import type { ObjectRef } from "@/lib/istio/kinds";
import { NOTHING_TO_SEND, type Propagation } from "@/lib/xds/proxy-state";
import { useNow } from "@/components/ui/use-now";

/** How far a write has come: stored, pushed by istiod, acknowledged proxy by proxy, and by whom not. */
export function ChangeSteps({
  of,
  at,
  written,
}: {
  of: ObjectRef;
  /** When it was written. */
  at: number;
  /** What is said of the write itself. */
  written: ReactNode;
}) {
  const trpc = useTRPC();
  const now = useNow();
  const { data, isError, error } = useQuery(
    trpc.proxies.propagation.queryOptions(
      { since: at, of },
      { retry: false, meta: { live: ["proxies"] } },
    ),
  );
  const isHeard = data?.readAt !== undefined && data.readAt >= at + NOTHING_TO_SEND;
  const nothing = isHeard && !data.pushed && now - at >= NOTHING_TO_SEND;
  return (
    <>
      <ol className="qd-proxies-steps">
        <Step status="ok" name="Written" note={written} />
        {isError ? (
          <Step status="unknown" name="Pushed" note="istiod does not say" />
        ) : (
          <>
            <Step {...pushed(data, nothing)} name="Pushed" />
            {nothing ? null : <Step {...acknowledged(data)} name="Acknowledged" />}
          </>
        )}
      </ol>
      {data?.pushed ? (
        <ShareBar
          measured={data.synced / data.total}
          waiting={1 - data.refused / data.total}
          tone={data.refused > 0 ? "fail" : "ok"}
          label={`${data.synced} of ${data.total} proxies acknowledged`}
        />
      ) : null}
      {isError ? <p className="qd-note">{error.message}</p> : null}
      {data?.pushed ? <Stragglers of={data} /> : null}
    </>
  );
}

interface StepState {
  readonly status: StatusName;
  readonly note: ReactNode;
}

function pushed(data: Propagation | undefined, nothing: boolean): StepState {
  if (!data) return { status: "off", note: "asking istiod" };
  if (nothing) return { status: "ok", note: "nothing to send: no proxy’s configuration changes" };
  return data.pushed
    ? { status: "ok", note: `to ${proxies(data.total)}` }
    : { status: "progress", note: "istiod has sent nothing yet" };
}

function acknowledged(data: Propagation | undefined): StepState {
  if (!data?.pushed) return { status: "off", note: "nobody yet" };
  const { synced, total, refused } = data;
  const note = `${formatNumber(synced)} of ${proxies(total)}${refused > 0 ? `, ${formatNumber(refused)} refused` : ""}`;
  return { status: refused > 0 ? "fail" : synced === total ? "ok" : "progress", note };
}

const proxies = (count: number): string =>
  `${formatNumber(count)} ${count === 1 ? "proxy" : "proxies"}`;

function Step({ status, name, note }: StepState & { name: string }) {
  return (
    <li>
      <StatusGlyph status={status} size={13} />
      <span>{name}</span>
      <span className="text-ink-3">{note}</span>
    </li>
  );
}

function Stragglers({ of: { stragglers, refused, waiting } }: { of: Propagation }) {
  const scoped = useScopedHref();
  if (stragglers.length === 0) return null;
  const more = refused + waiting - stragglers.length;
  return (
    <ul className="qd-proxies-stragglers" aria-label="Proxies that do not hold it">
      {stragglers.map(({ id, namespace, pod, state, title }) => (
        <li key={id}>
          <StatusGlyph
            status={state === "refused" ? "fail" : state === "late" ? "warn" : "progress"}
            size={12}
          />{" "}
          <Link href={scoped(proxyHref({ namespace, name: pod }))}>{id}</Link>{" "}
          <span className="text-ink-3">{title}</span>
        </li>
      ))}
      {more > 0 ? <li className="text-ink-3">and {formatNumber(more)} more</li> : null}
    </ul>
  );
}
