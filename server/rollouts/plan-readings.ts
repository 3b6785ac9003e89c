import { type Instant, type Millis, seconds } from "@/lib/base/units";
import { renderedQuery } from "@/lib/rollout/metric-queries";
import type { CanaryRollout } from "@/lib/rollout/plan";
import type { Versions } from "@/lib/rollout/preflight";
import { hooksAt } from "@/lib/rollout/hooks";
import { numberHooks } from "@/lib/rollout/number-hooks";
import type { HookAnswer, Reading } from "@/lib/rollout/window";
import type { Metrics, Sample } from "../ports";
import type { WebhookQuestion, Webhooks } from "./webhooks";

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
  const { analysis } = rollout.spec;
  const { metrics } = analysis;
  const { versions, at, window, signal } = asked;
  const queries = metrics.map(async ({ name, query }) => {
    const promql = renderedQuery(query, rollout, { ...versions, window });
    return readingOf(name, await needs.metrics.query(promql, { at, signal }));
  });
  const hooks = numberHooks(analysis).map(async (hook): Promise<Reading> => {
    const { name } = hook;
    const value = await needs.webhooks.ask(questionOf(hook, rollout, asked), signal);
    if (value !== null) return { name, value };
    return { name, value, problem: { kind: "nothing", message: "the webhook has no number" } };
  });
  return Promise.all([...queries, ...hooks]);
}

/** What webhooks say that are asked for yes or no at that time; each of them is asked. */
export const hookAnswers = (
  webhooks: Webhooks,
  rollout: CanaryRollout,
  asked: Asked & { readonly time: "start" | "check"; readonly signal: AbortSignal },
): Promise<readonly HookAnswer[]> =>
  Promise.all(
    hooksAt(rollout.spec, asked.time).map(async (hook) => {
      const { name, type } = hook;
      const yes = await webhooks.confirm(questionOf(hook, rollout, asked), asked.signal);
      return { name, type, yes };
    }),
  );

interface Asked {
  readonly versions: Versions;
  readonly window: Millis;
  readonly step: number;
}

const questionOf = (
  { name, type, url, timeout }: CanaryRollout["spec"]["analysis"]["webhooks"][number],
  { metadata }: CanaryRollout,
  { versions, window, step }: Asked,
): WebhookQuestion => ({
  name,
  url,
  timeout: seconds(timeout),
  body: {
    rollout: metadata.name,
    namespace: metadata.namespace,
    metric: name,
    type,
    step,
    stable: versions.stable.revisions,
    canary: versions.canary.revisions,
    windowSeconds: window / 1000,
  },
});

/** Exactly one finite number is one; anything else is told, never guessed from. */
export function readingOf(name: string, samples: readonly Sample[]): Reading {
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
