import type { RolloutAnalysis } from "./plan";
import { numberHooks } from "./number-hooks";
import type { Verdict } from "./verdict";
import type { Reading } from "./window";

type Limit = RolloutAnalysis["metrics"][number] | RolloutAnalysis["webhooks"][number];

/** Everything of the plan that has limits of its own. */
export const limitsOf = ({ metrics, webhooks }: RolloutAnalysis): readonly Limit[] => [
  ...metrics,
  ...numberHooks({ webhooks }),
];

/**
 * The limits that a check decides by, `sinceStart` seconds after its step was verified: without those
 * of the dry run, and without those whose time has not come.
 */
export function duringCheck(analysis: RolloutAnalysis, sinceStart: number): RolloutAnalysis {
  const dry = new Set(analysis.dryRun);
  const counts = ({ name, dryRun, initialDelay }: Limit) =>
    !dryRun && !dry.has(name) && sinceStart > initialDelay;
  const built = (["successRate", "p50", "p95", "p99"] as const).filter((name) => dry.has(name));
  return {
    ...analysis,
    ...Object.fromEntries(built.map((name) => [name, undefined])),
    metrics: analysis.metrics.filter(counts),
    webhooks: numberHooks(analysis).filter(counts),
  };
}

/**
 * The verdict with the plan's own numbers: one that is out of its limits fails the check, one that
 * is missing leaves it open. What is worse of the two counts; a number is never guessed.
 */
export function withReadings(
  analysis: RolloutAnalysis,
  verdict: Verdict,
  readings: readonly Reading[],
): Verdict {
  const limits = limitsOf(analysis);
  if (limits.length === 0 || verdict.verdict === "trip") return verdict;
  const found = limits.map((limit) => ({
    limit,
    reading: readings.find(({ name }) => name === limit.name),
  }));
  const unclear = found.flatMap(({ limit, reading }): Verdict[] => {
    if (reading && !reading.problem && reading.value !== null) return [];
    const message = `${limit.name}: ${reading?.problem?.message ?? "gives no number"}`;
    return reading?.problem?.kind === "ambiguous"
      ? [{ verdict: "unknown", reason: "Ambiguous", message, pause: true }]
      : [{ verdict: "unknown", reason: "NoData", message }];
  });
  const broken = found.flatMap(({ limit, reading }) => {
    const why = reading?.problem ? undefined : breach(limit, reading?.value ?? null);
    return why === undefined ? [] : [{ name: limit.name, why }];
  });
  if (verdict.verdict === "fail") return verdict;
  const [first] = broken;
  if (first) {
    const message = broken.map(({ why }) => why).join("; ");
    return { verdict: "fail", message, metrics: broken.map(({ name }) => name) };
  }
  const ambiguous = unclear.find((each) => each.verdict === "unknown" && each.pause === true);
  if (ambiguous) return ambiguous;
  if (verdict.verdict !== "pass") return verdict;
  const [missing] = unclear;
  if (missing) return missing;
  const told = found.map(({ limit, reading }) => `${limit.name} ${shown(reading?.value ?? 0)}`);
  return { ...verdict, message: [verdict.message, ...told].join(", ") };
}

/** Exactly at a limit is within it. */
function breach({ name, min, max }: Limit, value: number | null): string | undefined {
  if (value === null) return undefined;
  if (min !== undefined && value < min) return `${name} ${shown(value)}, at least ${min}`;
  if (max !== undefined && value > max) return `${name} ${shown(value)}, at most ${max}`;
  return undefined;
}

const shown = (value: number): string => String(Number(value.toPrecision(6)));
