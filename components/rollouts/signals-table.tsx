"use client";

import type { ReactNode } from "react";
import { Age } from "@/components/ui/age";
import { Figure } from "@/components/ui/figure";
import {
  formatDuration,
  formatLatency,
  formatPoints,
  formatShare,
  type Measure,
  measureLatency,
  measureRate,
  measureShare,
  NO_DATA,
} from "@/components/ui/format";
import { Panel } from "@/components/ui/panel";
import { Skeleton } from "@/components/ui/skeleton";
import { Sparkline } from "@/components/ui/sparkline";
import { StaleNote } from "@/components/ui/stale-note";
import { Status } from "@/components/ui/status";
import { TableScroll } from "@/components/ui/table-scroll";
import { observedShare, type VersionCounts } from "@/lib/rollout/window";
import type { GoldenSignals, RolloutDetail } from "./use-rollouts";

interface Row {
  readonly signal: string;
  readonly stable: Measure;
  readonly canary: Measure;
  readonly chart: keyof NonNullable<GoldenSignals["charts"]>;
  readonly difference: string;
  readonly limit: string;
  readonly verdict: ReactNode;
}

const failureShare = ({ requests, failures }: VersionCounts): number | null =>
  requests > 0 ? failures / requests : null;

/** The relative difference in percent, with its sign. */
function relative(canary: number | null, stable: number | null): string {
  if (canary === null || stable === null || stable === 0) return NO_DATA;
  const difference = Math.round((canary / stable - 1) * 100);
  return `${difference > 0 ? "+" : difference < 0 ? "−" : ""}${Math.abs(difference)}\u00a0%`;
}

const NOT_JUDGED = <span className="text-ink-3">shown, not judged</span>;

function verdict(value: number | null, limit: number | undefined): ReactNode {
  if (limit === undefined) return NOT_JUDGED;
  if (value === null) return <Status status="unknown" label="No data" />;
  if (value > limit) return <Status status="fail" label="Over the limit" />;
  return <Status status="ok" label="Within" />;
}

function rowsOf(rollout: RolloutDetail, signals: GoldenSignals): Row[] {
  const { window, windowLength } = signals;
  if (!window) return [];
  const { successRate, p50, p95, p99 } = rollout.rollout.spec.analysis;
  const { stable, canary } = window;
  const rate = (counts: VersionCounts) => measureRate((counts.requests / windowLength) * 1000);
  const share = observedShare(window);
  const errors = { stable: failureShare(stable), canary: failureShare(canary) };
  const errorLimit = successRate ? (100 - successRate.min) / 100 : undefined;
  const latency = (quantile: "p50" | "p95" | "p99", limit?: number): Row => ({
    signal: `Latency ${quantile}`,
    stable: measureLatency(stable[quantile]),
    canary: measureLatency(canary[quantile]),
    chart: quantile,
    difference: relative(canary[quantile], stable[quantile]),
    limit: limit === undefined ? "" : formatLatency(limit),
    verdict: verdict(canary[quantile], limit),
  });
  return [
    {
      signal: "Requests",
      stable: rate(stable),
      canary: rate(canary),
      chart: "requests",
      difference: share === null ? NO_DATA : formatShare(share / 100),
      limit: "",
      verdict: NOT_JUDGED,
    },
    {
      signal: "Errors",
      stable: measureShare(errors.stable),
      canary: measureShare(errors.canary),
      chart: "errorShare",
      difference:
        errors.canary === null || errors.stable === null
          ? NO_DATA
          : formatPoints(errors.canary - errors.stable),
      limit: errorLimit === undefined ? "" : formatShare(errorLimit),
      verdict: verdict(errors.canary, errorLimit),
    },
    latency("p50", p50?.maxMs),
    latency("p95", p95?.maxMs),
    latency("p99", p99?.maxMs),
  ];
}

/** Both versions side by side, as their callers see them. */
export function SignalsTable({
  rollout,
  signals,
}: {
  rollout: RolloutDetail;
  signals: GoldenSignals | null | undefined;
}) {
  const { stable, canary } = rollout;
  return (
    <Panel
      title="Golden signals"
      note={
        <span className="qd-signal-key">
          <i /> {stable} stable <i data-tone="canary" /> {canary} canary
        </span>
      }
      aside={
        signals ? (
          <>
            same {formatDuration(signals.windowLength)}, same callers · Prometheus{" "}
            <Age at={signals.at} />
          </>
        ) : undefined
      }
    >
      {!signals ? (
        <Skeleton label="Signals are being read" rows={5} />
      ) : signals.window ? (
        <TableScroll label="Golden signals">
          <table className="qd-table" aria-label="Golden signals">
            <thead>
              <tr>
                <th scope="col">Signal</th>
                <th scope="col" data-numeric="">
                  {stable}
                </th>
                <th scope="col">
                  <span className="sr-only">{stable} trend</span>
                </th>
                <th scope="col" data-numeric="">
                  {canary}
                </th>
                <th scope="col">
                  <span className="sr-only">{canary} trend</span>
                </th>
                <th scope="col" data-numeric="">
                  Difference
                </th>
                <th scope="col" data-numeric="">
                  Limit
                </th>
                <th scope="col">Verdict</th>
              </tr>
            </thead>
            <tbody>
              {rowsOf(rollout, signals).map((row) => (
                <SignalRow key={row.signal} row={row} charts={signals.charts} />
              ))}
            </tbody>
          </table>
        </TableScroll>
      ) : (
        <StaleNote at={undefined}>
          No figures: {signals.problem}. The rollout waits for them and never advances without.
        </StaleNote>
      )}
    </Panel>
  );
}

function SignalRow({ row, charts }: { row: Row; charts: GoldenSignals["charts"] }) {
  const chart = charts?.[row.chart];
  const points = [...(chart?.stable ?? []), ...(chart?.canary ?? [])];
  const max = Math.max(0, ...points.map((value) => value ?? 0));
  return (
    <tr>
      <th scope="row">{row.signal}</th>
      <td data-numeric="">
        <Figure {...row.stable} />
      </td>
      <td className="w-24">{chart ? <Sparkline points={chart.stable} max={max} /> : null}</td>
      <td data-numeric="">
        <Figure {...row.canary} />
      </td>
      <td className="w-24">
        {chart ? <Sparkline points={chart.canary} tone="canary" max={max} /> : null}
      </td>
      <td data-numeric="">{row.difference}</td>
      <td data-numeric="">{row.limit}</td>
      <td>{row.verdict}</td>
    </tr>
  );
}
