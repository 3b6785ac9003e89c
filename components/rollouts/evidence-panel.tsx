"use client";

import { CodeBlock } from "@/components/ui/code-block";
import { type Column, DataTable } from "@/components/ui/data-table";
import { formatNumber, NO_DATA } from "@/components/ui/format";
import { Panel } from "@/components/ui/panel";
import { Status } from "@/components/ui/status";
import { numberHooks } from "@/lib/rollout/number-hooks";
import { EvidenceChart } from "./evidence-chart";
import type { RolloutDetail } from "./use-rollouts";

interface Evidence {
  readonly name: string;
  readonly value: string;
  readonly limit: string;
  readonly means: string;
  readonly state: "ok" | "fail" | "unknown";
}

const COLUMNS: readonly Column<Evidence>[] = [
  { key: "name", header: "Evidence", cell: ({ name }) => name },
  { key: "value", header: "Now", numeric: true, cell: ({ value }) => value },
  { key: "limit", header: "Limit", numeric: true, cell: ({ limit }) => limit },
  {
    key: "means",
    header: "Means",
    cell: ({ means, state }) => <Status status={state} label={means} />,
  },
];

/** What the judge holds so far, beside the limits at which it decides, and what it asks. */
export function EvidencePanel({ rollout }: { rollout: RolloutDetail }) {
  const { analysis } = rollout.rollout.spec;
  const rows = analysis.judge === "sequential" ? weighed(rollout) : counted(rollout);
  return (
    <Panel
      title="Evidence"
      note={
        analysis.judge === "sequential"
          ? "bets against equal versions; it may be looked at after every check"
          : "limits of each check"
      }
    >
      {analysis.judge === "sequential" ? <EvidenceChart rollout={rollout} /> : null}
      <DataTable
        label="Evidence"
        columns={COLUMNS}
        rows={rows}
        rowKey={({ name }) => name}
        empty="Only hard trips are judged."
        dense
      />
      <CannotSee rollout={rollout} />
      <details className="mt-2">
        <summary>Queries of a check</summary>
        {rollout.queries.map(({ name, promql }) => (
          <div key={name} className="qd-patch mt-2">
            <p className="qd-note">{name}</p>
            <CodeBlock text={promql} label={name} />
          </div>
        ))}
      </details>
    </Panel>
  );
}

/** What no number above knows of; it stands beside all of them. */
function CannotSee({ rollout }: { rollout: RolloutDetail }) {
  const { spec } = rollout.rollout;
  const { successRate, p50, p95, p99, judge } = spec.analysis;
  const blind = [
    "requests of callers without a sidecar or gateway: nobody counts them",
    "what comes only at other hours: only requests since the start count",
    ...(spec.sticky ? ["users: one with many requests weighs as much as many with one"] : []),
    ...(spec.testers
      ? ["who the testers are: their requests count with the rest, and raise the observed share"]
      : []),
    ...(judge === "threshold" && !successRate
      ? ["failures, but for hard trips: no limit is set"]
      : []),
    ...((p50 ?? p95 ?? p99) ? [] : ["slowness: no limit of latency is set"]),
    "CPU, memory and correct answers: only how many failed, and how long they took",
  ];
  return (
    <div className="mt-2">
      <b>It cannot see</b>
      <ul className="qd-blind">
        {blind.map((what) => (
          <li key={what}>{what}</li>
        ))}
      </ul>
    </div>
  );
}

const text = (value: number | null | undefined): string => {
  if (value === null || value === undefined) return NO_DATA;
  return value >= 1e4 ? value.toExponential(1) : formatNumber(value, 2);
};

/** The bets of the sequential judge; each is 1 where nothing speaks for it. */
function weighed({ status, rollout }: RolloutDetail): Evidence[] {
  const { alpha, beta, p0, p1 } = rollout.spec.analysis.sequential;
  const numbers = status.checks.findLast(
    (check) => check.numbers?.["eFail"] !== undefined,
  )?.numbers;
  const row = (
    name: string,
    value: number | null | undefined,
    [limit, reached, state]: readonly [number, string, "ok" | "fail"],
  ): Evidence => {
    const isReached = typeof value === "number" && value >= limit;
    return {
      name,
      value: text(value),
      limit: text(limit),
      means: isReached ? reached : "not decided",
      state: isReached ? state : "unknown",
    };
  };
  const fails = [1 / alpha.relative, "the canary is worse", "fail"] as const;
  const failsAlone = [1 / alpha.absolute, "the canary is worse", "fail"] as const;
  const passes = [1 / beta, "not twice as bad", "ok"] as const;
  return [
    row("Fails more often than stable", numbers?.["eFail"], fails),
    row("Does not fail twice as often", numbers?.["ePass"], passes),
    ...(p0 === false ? [] : [row(`Fails more than ${p0} %`, numbers?.["eAbs"], failsAlone)]),
    ...(p1 === false
      ? []
      : [row(`Fails less than ${p1} %`, numbers?.["eSafe"], [1 / beta, "safe", "ok"])]),
    ...(numbers?.["eSlow"] === undefined
      ? []
      : [
          row("Slow more often than stable", numbers["eSlow"], [
            1 / alpha.relative,
            "slower",
            "fail",
          ]),
        ]),
  ];
}

/** The limits of the threshold judge beside the last check. */
function counted({ status, rollout, failures }: RolloutDetail): Evidence[] {
  const { analysis } = rollout.spec;
  const { successRate, minRequests, failureLimit } = analysis;
  const check = status.checks.at(-1);
  const values = check?.values;
  const row = (
    name: string,
    value: number | null | undefined,
    [limit, isGood]: readonly [string, (value: number) => boolean],
  ): Evidence => {
    const isKnown = value !== null && value !== undefined;
    const good = isKnown && isGood(value);
    return {
      name,
      value: text(value),
      limit,
      means: !isKnown ? "no data" : good ? "within" : "beyond",
      state: !isKnown ? "unknown" : good ? "ok" : "fail",
    };
  };
  const enough = (values?.requests ?? 0) >= minRequests;
  return [
    ...(successRate
      ? [
          row("Success, %", values?.successRate, [
            `≥ ${successRate.min}`,
            (value) => value >= successRate.min,
          ]),
        ]
      : []),
    ...(["p50", "p95", "p99"] as const).flatMap((percentile) => {
      const limit = analysis[percentile];
      return limit
        ? [
            row(`${percentile}, ms`, values?.[percentile], [
              `≤ ${limit.maxMs}`,
              (value) => value <= limit.maxMs,
            ]),
          ]
        : [];
    }),
    ...[...analysis.metrics, ...numberHooks(analysis)].map(({ name, min, max }) =>
      row(name, check?.numbers?.[name], [
        [min === undefined ? "" : `≥ ${min}`, max === undefined ? "" : `≤ ${max}`]
          .filter(Boolean)
          .join(", "),
        (value) => value >= (min ?? -Infinity) && value <= (max ?? Infinity),
      ]),
    ),
    {
      name: "Requests in a check",
      value: text(values?.requests),
      limit: `≥ ${minRequests}`,
      means: enough ? "enough" : "too few yet, kept for the next check",
      state: enough ? "ok" : "unknown",
    },
    row("Failed checks", failures, [`< ${failureLimit}`, (count) => count < failureLimit]),
  ];
}
