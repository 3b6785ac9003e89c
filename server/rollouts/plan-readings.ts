import { AppError } from "@/lib/base/errors";
import { type Instant, type Millis, seconds } from "@/lib/base/units";
import { renderedQuery } from "@/lib/rollout/metric-queries";
import type { CanaryRollout } from "@/lib/rollout/plan";
import type { Versions } from "@/lib/rollout/preflight";
import type { Reading } from "@/lib/rollout/window";
import type { Metrics, Sample } from "../ports";
import type { Webhooks } from "./webhooks";

/** What the plan's own queries and webhooks give for a window that ends at `at`. @throws AppError */
export async function planReadings(
  needs: { readonly metrics: Metrics; readonly webhooks: Webhooks },
  rollout: CanaryRollout,
  asked: {
    readonly versions: Versions;
    readonly at: Instant;
    readonly window: Millis;
    readonly step: number;
    readonly signal: AbortSignal;
  },
): Promise<readonly Reading[]> {
  const { metrics, webhooks } = rollout.spec.analysis;
  const { versions, at, window, step, signal } = asked;
  const queries = metrics.map(async ({ name, query }) => {
    const promql = renderedQuery(query, rollout, { ...versions, window });
    return readingOf(name, await needs.metrics.query(promql, { at, signal }));
  });
  const hooks = webhooks.map(async ({ name, url, timeout }): Promise<Reading> => {
    const value = await needs.webhooks.ask(
      {
        name,
        url,
        timeout: seconds(timeout),
        body: {
          rollout: rollout.metadata.name,
          namespace: rollout.metadata.namespace,
          metric: name,
          step,
          stable: versions.stable.revisions,
          canary: versions.canary.revisions,
          windowSeconds: window / 1000,
        },
      },
      signal,
    );
    if (value !== null) return { name, value };
    return { name, value, problem: { kind: "nothing", message: "the webhook has no number" } };
  });
  return Promise.all([...queries, ...hooks]);
}

/** Exactly one finite number is one; anything else is told, never guessed from. */
function readingOf(name: string, samples: readonly Sample[]): Reading {
  const nothing = (message: string): Reading => ({
    name,
    value: null,
    problem: { kind: "nothing", message },
  });
  const [sample, second] = samples;
  if (!sample) return nothing("the query gives no series");
  if (second) {
    const message = `the query gives ${samples.length} series, not one`;
    return { name, value: null, problem: { kind: "ambiguous", message } };
  }
  if (sample.value === null) return nothing("the query gives NaN");
  if (!Number.isFinite(sample.value)) return nothing("the query gives an infinite number");
  return { name, value: sample.value };
}

/** A finding of a query that was tried before the start. */
export interface QueryFinding {
  readonly level: "error" | "info";
  readonly code: string;
  readonly field: string;
  readonly message: string;
}

/**
 * Tries the plan's queries before it starts: one that Prometheus refuses or that gives several
 * series will never give one number. What gives nothing yet may well do so under traffic.
 */
export async function tryQueries(
  metrics: Metrics,
  rollout: CanaryRollout,
  asked: { readonly versions: Versions; readonly at: Instant; readonly signal: AbortSignal },
): Promise<readonly QueryFinding[]> {
  const { interval, metrics: list } = rollout.spec.analysis;
  const findings: QueryFinding[] = [];
  for (const [index, { name, query }] of list.entries()) {
    const field = `spec.analysis.metrics[${index}].query`;
    const window = seconds(interval);
    const promql = renderedQuery(query, rollout, { ...asked.versions, window });
    try {
      const samples = await metrics.query(promql, { at: asked.at, signal: asked.signal });
      const { problem } = readingOf(name, samples);
      if (problem?.kind === "ambiguous") {
        findings.push({ level: "error", code: "QueryAmbiguous", field, message: problem.message });
      } else if (problem) {
        const message = `${problem.message} now; the rollout would wait for one`;
        findings.push({ level: "info", code: "QueryEmpty", field, message });
      }
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (error.code === "invalid") {
        findings.push({ level: "error", code: "QueryInvalid", field, message: error.message });
        continue;
      }
      const message = `could not be tried: ${error.message}`;
      findings.push({ level: "info", code: "QueryUntried", field, message });
    }
  }
  return findings;
}
