import { AppError } from "@/lib/base/errors";
import { type Instant, seconds } from "@/lib/base/units";
import { renderedQuery } from "@/lib/rollout/metric-queries";
import type { CanaryRollout } from "@/lib/rollout/plan";
import type { PreflightFinding, Versions } from "@/lib/rollout/preflight";
import type { Reading } from "@/lib/rollout/window";
import type { Metrics } from "../ports";
import { callersOf } from "./callers";
import { readingOf } from "./plan-readings";

/** What a query of the plan gives now. */
export interface TriedQuery {
  readonly name: string;
  /** As Prometheus was asked, for the canary. */
  readonly promql: string;
  readonly canary: Reading | undefined;
  /** The same with the stable version in the canary's place: what a good answer looks like. */
  readonly stable: Reading | undefined;
  /** Why it could not be asked; `refused` where Prometheus did not take the query. */
  readonly problem: { readonly refused: boolean; readonly message: string } | undefined;
}

/** Long enough to hold a few scrapes, and short enough to be about now. */
const RECENT = seconds(300);

interface Asked {
  readonly versions: Versions;
  readonly at: Instant;
  readonly signal: AbortSignal;
}

/** Asks each query of the plan for the canary, and for the stable version as if it were the canary. */
export function tryEach(
  metrics: Metrics,
  rollout: CanaryRollout,
  { versions, at, signal }: Asked,
): Promise<readonly TriedQuery[]> {
  const { interval, metrics: list } = rollout.spec.analysis;
  const window = seconds(interval);
  const { stable } = versions;
  return Promise.all(
    list.map(async ({ name, query }): Promise<TriedQuery> => {
      const promql = renderedQuery(query, rollout, { ...versions, window });
      const swapped = renderedQuery(query, rollout, { stable, canary: stable, window });
      const ask = async (text: string) =>
        readingOf(name, await metrics.query(text, { at, signal }));
      try {
        const [canary, known] = await Promise.all([ask(promql), ask(swapped)]);
        return { name, promql, canary, stable: known, problem: undefined };
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        const problem = { refused: error.code === "invalid", message: error.message };
        return { name, promql, canary: undefined, stable: undefined, problem };
      }
    }),
  );
}

/**
 * What speaks against the plan's queries before it starts. One that Prometheus refuses or that gives
 * several series will never give one number; one that gives none even for a stable version with
 * traffic will hardly give one for the canary. All of these refuse the start.
 */
export async function tryQueries(
  metrics: Metrics,
  rollout: CanaryRollout,
  asked: Asked,
): Promise<readonly PreflightFinding[]> {
  const tried = await tryEach(metrics, rollout, asked);
  const isEmpty = ({ stable }: TriedQuery) => stable?.problem?.kind === "nothing";
  const hasTraffic = tried.some(isEmpty) && (await isAsked(metrics, asked));
  return tried.flatMap((each, index) => {
    const finding = findingOf(each, hasTraffic);
    return finding ? [{ ...finding, field: `spec.analysis.metrics[${index}].query` }] : [];
  });
}

function findingOf(
  { canary, stable, problem }: TriedQuery,
  hasTraffic: boolean,
): Omit<PreflightFinding, "field"> | undefined {
  if (problem) {
    return problem.refused
      ? { level: "error", code: "QueryInvalid", message: problem.message }
      : { level: "info", code: "QueryUntried", message: `could not be tried: ${problem.message}` };
  }
  const wrong = canary?.problem;
  const ambiguous = wrong?.kind === "ambiguous" ? wrong : stable?.problem;
  if (ambiguous?.kind === "ambiguous") {
    return { level: "error", code: "QueryAmbiguous", message: ambiguous.message };
  }
  if (!wrong) return undefined;
  if (stable?.problem && hasTraffic) {
    const message = `${stable.problem.message}, not even for the stable version, which has requests`;
    return { level: "error", code: "QueryEmpty", message };
  }
  const known = stable?.value ?? null;
  const beside = known === null ? "" : `; for the stable version it gives ${known}`;
  const message = `${wrong.message} now${beside}; the rollout would wait for one`;
  return { level: "info", code: "QueryEmpty", message };
}

/** Whether anybody asks for the service now; not where that cannot be told. */
async function isAsked(
  metrics: Metrics,
  { versions: { stable }, at, signal }: Asked,
): Promise<boolean> {
  try {
    const versions = { stable, canary: stable };
    return (await callersOf(metrics, versions, { at, past: RECENT, signal })).length > 0;
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
}
