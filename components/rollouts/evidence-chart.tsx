"use client";

import { formatNumber } from "@/components/ui/format";
import type { RolloutDetail } from "./use-rollouts";

const WIDTH = 400;
const HALF = 64;
/** From this part of the way to a rollback on, the line is red. */
const NEAR = 0.5;

type Numbers = Readonly<Record<string, number | null>>;

/** How far along the way to its limit, on a logarithmic scale; 0 is no evidence, 1 decides. */
const reached = (value: number, limit: number): number =>
  Math.min(1, Math.max(0, Math.log(Math.max(1, value)) / Math.log(limit)));

const largest = (numbers: Numbers, names: readonly string[]): number =>
  Math.max(0, ...names.map((name) => numbers[name] ?? 0));

/** Evidence check by check: above the middle that it may go on, below that it is worse, with both bounds. */
export function EvidenceChart({ rollout }: { rollout: RolloutDetail }) {
  const { alpha, beta } = rollout.rollout.spec.analysis.sequential;
  const checks = rollout.status.checks.flatMap(({ numbers }) =>
    numbers?.["eFail"] === undefined ? [] : [numbers],
  );
  const last = checks.at(-1);
  if (!last) return null;
  const goesOn = 1 / beta;
  const worse = 1 / Math.min(alpha.relative, alpha.absolute);
  const sides = checks.map((numbers) => ({
    up: largest(numbers, ["ePass", "eSafe"]),
    down: largest(numbers, ["eFail", "eAbs", "eSlow"]),
  }));
  const x = (index: number) => (index / Math.max(1, checks.length - 1)) * WIDTH;
  const line = (y: (side: (typeof sides)[number]) => number) =>
    sides.map((side, index) => `${x(index).toFixed(1)},${y(side).toFixed(1)}`).join(" ");
  const now = sides.at(-1) ?? { up: 0, down: 0 };
  const said = `For going on ${formatNumber(now.up, 1)} of ${formatNumber(goesOn)}, against it ${formatNumber(now.down, 1)} of ${formatNumber(worse)}, after ${checks.length} checks`;
  const reason = rollout.status.checks.at(-1)?.reason;
  return (
    <figure className="qd-evidence">
      <svg
        viewBox={`0 -4 ${WIDTH} ${2 * HALF + 8}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={said}
      >
        <line data-bound="ok" x1={0} x2={WIDTH} y1={0} y2={0} />
        <line x1={0} x2={WIDTH} y1={HALF} y2={HALF} />
        <line data-bound="fail" x1={0} x2={WIDTH} y1={2 * HALF} y2={2 * HALF} />
        <polyline data-side="up" points={line(({ up }) => HALF - reached(up, goesOn) * HALF)} />
        <polyline
          data-side="down"
          data-near={reached(now.down, worse) > NEAR ? "" : undefined}
          points={line(({ down }) => HALF + reached(down, worse) * HALF)}
        />
      </svg>
      <figcaption>
        <span>go on at {formatNumber(goesOn)}</span>
        <span>
          <b>{formatNumber(now.up, 1)}</b> of {formatNumber(goesOn)} to go on,{" "}
          <b>{formatNumber(now.down, 1)}</b> of {formatNumber(worse)} to roll back
          {reason ? <span className="qd-note block">{reason}</span> : null}
        </span>
        <span>roll back at {formatNumber(worse)}</span>
      </figcaption>
    </figure>
  );
}
