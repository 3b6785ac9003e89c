"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import Link from "next/link";
import type { ReactNode } from "react";
import { useNamespaceScope, useScopedHref } from "@/components/layout/use-namespace-scope";
import { useTRPC } from "@/components/trpc/client";
import { ErrorState, type ShownError } from "@/components/ui/error-state";
import { Figure } from "@/components/ui/figure";
import {
  formatLatency,
  formatPoints,
  formatRate,
  formatShare,
  type Measure,
  measureLatency,
  measureRate,
  measureShare,
} from "@/components/ui/format";
import { Sparkline } from "@/components/ui/sparkline";
import { StaleNote } from "@/components/ui/stale-note";
import { Status } from "@/components/ui/status";
import { VerdictBlock } from "@/components/ui/verdict-block";
import type { HealthFigure, HealthStrip as HealthStripData } from "@/server/overview/health-strip";
import { ProxySync } from "./proxy-sync";

/** Error shares from which the mesh as a whole is worth a word and a colour. */
const ERRORS_WARN = 0.01;
const ERRORS_FAIL = 0.05;

/** How the mesh does, in six figures with what came before them. */
export function HealthStrip() {
  const trpc = useTRPC();
  const namespaces = [...useNamespaceScope()];
  const { data, error, refetch } = useQuery(
    trpc.overview.health.queryOptions(
      { namespaces },
      { meta: { live: ["graph"] }, placeholderData: keepPreviousData },
    ),
  );
  const strip = data ?? (error ? NOTHING : undefined);
  return (
    <section aria-label="Mesh health, last 30 minutes">
      <StripState error={error} known={data} onRetry={() => void refetch()} />
      <div className="qd-strip">
        <Cell
          label="Requests"
          figure={strip?.requests}
          measure={measureRate}
          before={(was) => (was === null ? "" : `was ${formatRate(was)}`)}
          href="/topology"
        />
        <ErrorCell errors={strip?.errorShare} requests={strip?.requests.value} />
        <Cell
          label="Latency p95"
          figure={strip?.p95}
          measure={measureLatency}
          before={(was) => (was === null ? "" : `was ${formatLatency(was)}`)}
          href="/topology"
        />
        <Cell
          label="mTLS"
          figure={strip?.mutualTls}
          measure={measureShare}
          before={() => "of requests that arrived"}
          max={1}
          href="/topology"
        />
        <ProxySync />
        <Cell
          label="Push to all, p99"
          figure={strip?.pushTime}
          measure={measureLatency}
          before={() => "istiod to proxies"}
          empty="no push in 30 min"
          href="/proxies"
        />
      </div>
    </section>
  );
}

const NO_FIGURE: HealthFigure = { value: null, points: [] };
const NOTHING = {
  requests: NO_FIGURE,
  errorShare: NO_FIGURE,
  p95: NO_FIGURE,
  mutualTls: NO_FIGURE,
  pushTime: NO_FIGURE,
};

/** Why figures are missing, or how old they are. */
function StripState({
  error,
  known,
  onRetry,
}: {
  error: ShownError | null;
  known: HealthStripData | undefined;
  onRetry: () => void;
}) {
  if (!error) return null;
  if (known) return <StaleNote at={known.at}>{error.message}</StaleNote>;
  if (error.data?.appCode === "unsupported") {
    return (
      <VerdictBlock status="off" title="Traffic is not shown: no Prometheus is set">
        {error.data.hint}
      </VerdictBlock>
    );
  }
  return <ErrorState title="Traffic figures are missing" error={error} onRetry={onRetry} />;
}

function ErrorCell({
  errors,
  requests,
}: {
  errors: HealthFigure | undefined;
  requests: number | null | undefined;
}) {
  const share = errors?.value ?? 0;
  const status = share >= ERRORS_FAIL ? "fail" : share >= ERRORS_WARN ? "warn" : undefined;
  return (
    <Cell
      label="Errors"
      figure={errors}
      measure={measureShare}
      before={(was) =>
        was !== null && Math.abs(share - was) >= 0.001
          ? `${formatPoints(share - was)}, was ${formatShare(was)}`
          : `${formatRate((requests ?? 0) * share)} fail`
      }
      badge={
        status ? (
          <Status status={status} label={status === "fail" ? "failing" : "degraded"} />
        ) : null
      }
      failing={status === "fail"}
      href="/topology"
    />
  );
}

/** One figure of the strip, with its line and what it was at the start of the window. */
function Cell({
  label,
  figure,
  measure,
  before,
  empty = "no data",
  badge,
  failing = false,
  max,
  href,
}: {
  label: string;
  figure: HealthFigure | undefined;
  measure: (value: number | null) => Measure;
  before: (was: number | null) => string;
  empty?: string;
  badge?: ReactNode;
  failing?: boolean;
  max?: number;
  href: string;
}) {
  const scoped = useScopedHref();
  const value = figure?.value ?? null;
  return (
    <Link href={scoped(href)}>
      <span className="qd-strip-label">
        {label}
        {badge}
      </span>
      <span className="qd-strip-value">
        {figure ? <Figure {...measure(value)} /> : null}
        {figure ? <span>{value === null ? empty : before(earlier(figure.points))}</span> : null}
      </span>
      <Sparkline
        points={figure?.points ?? []}
        failing={failing}
        {...(max === undefined ? {} : { max })}
      />
    </Link>
  );
}

/** The middle of what was measured in the first half of the window. */
function earlier(points: readonly (number | null)[]): number | null {
  const known = points
    .slice(0, Math.ceil(points.length / 2))
    .filter((point) => point !== null)
    .toSorted((a, b) => a - b);
  return known[Math.floor(known.length / 2)] ?? null;
}
