"use client";

import type { ReactNode } from "react";
import { Age } from "@/components/ui/age";
import { Figure } from "@/components/ui/figure";
import { formatDuration, formatNumber, measureShare } from "@/components/ui/format";
import { KindTag } from "@/components/ui/kind-tag";
import { Panel } from "@/components/ui/panel";
import { ShareBar } from "@/components/ui/share-bar";
import { Status } from "@/components/ui/status";
import { TableScroll } from "@/components/ui/table-scroll";
import { observedShare, shareAgrees } from "@/lib/rollout/window";
import { type GoldenSignals, type RolloutDetail, usePropagation } from "./use-rollouts";

interface Row {
  readonly stage: string;
  /** 0 to 1; null is not known. */
  readonly share: number | null;
  readonly wanted?: number;
  readonly detail: ReactNode;
  readonly when: ReactNode;
}

/**
 * istiod knows which proxies took over what it sent last, not which share they use: only when all
 * have is the share of all of them the written one.
 */
function acknowledged(
  { data, error }: ReturnType<typeof usePropagation>,
  written: number | null,
  since: number | undefined,
): Row {
  const stage = "Acknowledged";
  if (error) return { stage, share: null, detail: `Not known: ${error.message}`, when: null };
  if (!data) {
    const detail = since === undefined ? "Nothing to acknowledge yet" : "istiod is being asked";
    return { stage, share: null, detail, when: null };
  }
  const { synced, total, stragglers, pushedAt, readAt } = data;
  if (readAt === undefined || total === 0) {
    const detail = readAt === undefined ? "istiod has not answered yet" : "istiod knows no proxies";
    return { stage, share: null, detail, when: null };
  }
  if (since !== undefined && readAt < since) {
    const detail =
      "istiod has not answered since the write; what it said before says nothing of it";
    return { stage, share: null, detail, when: <Age at={readAt} /> };
  }
  const all = total > 0 && synced === total;
  const waiting = stragglers.map(({ id }) => id).join(", ");
  return {
    stage,
    share: all && written !== null ? written / 100 : null,
    detail: `${synced} of ${total} proxies hold what istiod sent last${waiting ? `; not yet ${waiting}` : ""}`,
    when: pushedAt === undefined ? null : <Age at={pushedAt} />,
  };
}

/** Normal deviates that 95 % of all samples lie within. */
const Z_95 = 1.96;

/** Between which shares the real one lies with 95 % confidence (Wilson); empty without requests. */
function marginText(canary: number, total: number | undefined): string {
  if (!total) return "";
  const share = canary / total;
  const z = Z_95 ** 2 / total;
  const middle = (share + z / 2) / (1 + z);
  const reach = (Math.sqrt((share * (1 - share)) / total + z / (4 * total)) * Z_95) / (1 + z);
  const percent = (value: number) => formatNumber(Math.min(1, Math.max(0, value)) * 100, 1);
  return `; ${percent(middle - reach)} to ${percent(middle + reach)} % with 95 % confidence`;
}

/** The canary's share as it was decided, written, taken over by proxies, and seen. */
export function ShareTable({
  rollout,
  signals,
}: {
  rollout: RolloutDetail;
  signals: GoldenSignals | null | undefined;
}) {
  const { canary, live, status } = rollout;
  const propagation = usePropagation(status.written?.at);
  const written = live.weights
    ? (live.weights.find(({ role }) => role === "canary")?.weight ?? 0)
    : null;
  const window = signals?.window;
  const observed = window ? observedShare(window) : null;
  const requests = window
    ? window.stable.requests + window.canary.requests + window.others
    : undefined;
  const wanted = written === null ? {} : { wanted: written / 100 };
  const agree =
    observed !== null && written !== null && requests
      ? shareAgrees(observed, written, requests)
      : undefined;

  const { state } = status;
  const decidedAt =
    "op" in state ? state.op.decidedAt : state.phase === "Holding" ? state.verifiedAt : undefined;

  const rows: Row[] = [
    {
      stage: "Desired",
      share: rollout.share / 100,
      detail: rollout.ended
        ? "Where it ended"
        : `Step ${rollout.step + 1} of ${rollout.steps.length}`,
      when: decidedAt === undefined ? null : <Age at={decidedAt} />,
    },
    {
      stage: "Written",
      share: written === null ? null : written / 100,
      detail:
        live.weights === null ? (
          live.why
        ) : (
          <>
            <KindTag tag="VS" kind="VirtualService" /> {rollout.ref.namespace}/
            {rollout.rollout.spec.target.virtualService}{" "}
            <span className="font-mono text-ink-3">{live.route}</span>, resourceVersion{" "}
            {live.resourceVersion}
          </>
        ),
      when: status.written ? <Age at={status.written.at} /> : null,
    },
    acknowledged(propagation, written, status.written?.at),
    {
      stage: "Observed",
      share: observed === null ? null : observed / 100,
      ...wanted,
      detail: window
        ? `${formatNumber(window.canary.requests)} of ${formatNumber(requests)} requests in ${formatDuration(signals.windowLength)}${marginText(window.canary.requests, requests)}`
        : (signals?.problem ?? "Prometheus is being asked"),
      when: signals ? (
        <>
          Prometheus <Age at={signals.at} />
        </>
      ) : null,
    },
  ];

  return (
    <Panel
      title={`Share of traffic to ${canary}`}
      note={
        agree === undefined ? null : agree ? (
          <Status status="ok" label="written and observed agree" />
        ) : (
          <Status status="progress" label="observed is not yet as written" />
        )
      }
      aside={signals ? `observed over ${formatDuration(signals.windowLength)}` : undefined}
    >
      <TableScroll label="Share of traffic">
        <table className="qd-table" aria-label="Share of traffic">
          <thead className="sr-only">
            <tr>
              <th scope="col">Stage</th>
              <th scope="col">Bar</th>
              <th scope="col">Share</th>
              <th scope="col">Detail</th>
              <th scope="col">When</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.stage}>
                <th scope="row">{row.stage}</th>
                <td className="w-48">
                  <ShareBar
                    measured={row.share}
                    {...(row.wanted === undefined ? {} : { wanted: row.wanted })}
                    label={`${row.stage}: ${row.share === null ? "not known" : `${Math.round(row.share * 1000) / 10} percent to ${canary}`}`}
                  />
                </td>
                <td data-numeric="">
                  <Figure {...measureShare(row.share)} />
                </td>
                <td>{row.detail}</td>
                <td className="text-right text-xs text-ink-3">{row.when}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableScroll>
    </Panel>
  );
}
