import { z } from "zod";
import { isRecord } from "@/lib/k8s/json-value";
import { amountIn, lengthOf, oneOf, WholeSeconds } from "./plan-fields";

const Alpha = z.number().positive().max(0.5);
/** Percent, also written `1%`; `off` is false. */
const PercentOrOff = z.preprocess(
  (value) => (value === "off" ? false : amountIn(value)),
  z.union([z.number().positive().max(100), z.literal(false)], "must be a percentage, or false"),
);

/** Numbers of the sequential judge (rollouts.md 3.4). */
const Sequential = z.strictObject({
  /**
   * Part of healthy rollouts that each test may roll back; 1/alpha is what E_fail and E_abs must
   * reach. Where both together are to stay below 0.01, `{ relative: 0.005, absolute: 0.005 }`.
   */
  alpha: z
    .union([Alpha, z.strictObject({ relative: Alpha, absolute: Alpha })])
    .default(0.01)
    .transform((alpha) =>
      typeof alpha === "number" ? { relative: alpha, absolute: alpha } : alpha,
    ),
  /** Part of bad steps that may pass; 1/beta is what E_pass or E_safe must reach. */
  beta: z.number().positive().max(0.5).default(0.05),
  /** Percentage points below which a difference is no regression, however sure. */
  minDelta: z.preprocess(amountIn, z.number().min(0).max(100)).default(0.1),
  /** A risk ratio up to 1 + delta is no regression. */
  delta: z.number().min(0).max(10).default(0),
  /** Percent of failures above which the canary fails whatever the baseline; off with false. */
  p0: PercentOrOff.default(1),
  /** Percent of failures below which it passes whatever the baseline; off with false. */
  p1: PercentOrOff.default(1),
  /** Over-dispersion of failures; measured on the stable version where `auto`. */
  phi: z.union([z.number().min(1).max(100), z.literal("auto")]).default("auto"),
  /** Requests slower than this are judged like failures; the bound of p99 where absent. */
  slowAboveMs: z.number().positive().optional(),
});

/** `{ maxMs: 500 }`, also written `500` (milliseconds), `500ms` or `{ max: 500 }`. */
const AtMost = z.preprocess(
  (value) => {
    const { max, maxMs = max, ...rest } = isRecord(value) ? value : { maxMs: value };
    return { ...rest, maxMs: amountIn(maxMs) };
  },
  z.strictObject({
    maxMs: z.number("must be milliseconds, or a duration such as 500ms").positive(),
  }),
);
/** `{ min: 99 }`, also written `99` or `99%`. */
const AtLeast = z.preprocess(
  (value) => {
    const { min, ...rest } = isRecord(value) ? value : { min: value };
    return { ...rest, min: amountIn(min) };
  },
  z.strictObject({ min: z.number("must be a percentage such as 99").min(0).max(100) }),
);

/** Whether failures of the whole run count, or those in a row. */
const Counting = oneOf(["cumulative", "consecutive"]);

const Limited = {
  name: z.string().min(1).max(64),
  /** Least value that passes. */
  min: z.number().optional(),
  /** Greatest value that passes. */
  max: z.number().optional(),
  /** At its n-th failed check this one alone rolls back; where absent it counts like any other. */
  failureLimit: z.int().min(1).optional(),
  /** Whether a value within the limits takes back the failures before it. */
  failures: Counting.default("cumulative"),
  /** Whether it is measured and shown, and decides nothing. */
  dryRun: z.boolean().default(false),
  /** So long after a step's weights are verified it decides nothing yet. */
  initialDelay: lengthOf(0).default(0),
};
const hasLimit = ({ min, max }: { min?: number | undefined; max?: number | undefined }): boolean =>
  min !== undefined || max !== undefined;

/** A PromQL template that gives one number. */
const Metric = z
  .strictObject({
    ...Limited,
    /**
     * With `{{namespace}}`, `{{host}}`, `{{stable}}`, `{{canary}}` (versions as telemetry names
     * them), `{{stableHost}}`, `{{canaryHost}}` and `{{window}}` (`20s`).
     */
    query: z
      .string()
      .min(1)
      .max(4000)
      .superRefine((query, context) => {
        for (const [whole, name = ""] of query.matchAll(/\{\{\s*([^}]*?)\s*\}\}/g)) {
          if (PLACEHOLDERS.has(name)) continue;
          const known = [...PLACEHOLDERS].join(", ");
          context.addIssue({ code: "custom", message: `has no ${whole}; there are ${known}` });
        }
      }),
  })
  .refine(hasLimit, "needs a min or a max");

/** What may stand between braces in a query. */
const PLACEHOLDERS: ReadonlySet<string> = new Set([
  "namespace",
  "host",
  "stable",
  "canary",
  "stableHost",
  "canaryHost",
  "window",
]);

/** What webhooks are for, by the names of Flagger (rollouts.md 1.2). */
const WEBHOOK_TYPES = [
  "rollout",
  "pre-rollout",
  "confirm-rollout",
  "confirm-traffic-increase",
  "confirm-promotion",
  "rollback",
  "post-rollout",
  "event",
] as const;

/**
 * A URL that is asked or told. `rollout` answers with `{ "value": number }` at each check. Before the
 * start `pre-rollout` and `confirm-rollout`, and at each check `confirm-traffic-increase` (before more
 * traffic), `confirm-promotion` (before the end) and `rollback` say yes by a status up to 202, and no by
 * any other. `post-rollout` is told of the end, `event` of everything.
 */
const Webhook = z
  .strictObject({
    type: oneOf(WEBHOOK_TYPES).default("rollout"),
    ...Limited,
    url: z.url({ protocol: /^https?$/, error: "must be an http or https URL" }),
    timeout: lengthOf(1).default(10),
  })
  .superRefine((hook, context) => {
    const isNumber = hook.type === "rollout";
    if (isNumber === hasLimit(hook)) return;
    const path = isNumber ? [] : [hook.min === undefined ? "max" : "min"];
    const message = isNumber
      ? "needs a min or a max"
      : `is of type rollout alone, not ${hook.type}`;
    context.addIssue({ code: "custom", path, message });
  });

/** Limits that need no query of one's own. */
const BUILT_IN = ["successRate", "p50", "p95", "p99"] as const;

/** How the canary is judged. */
export const Analysis = z
  .strictObject({
    /** Which judge decides. */
    judge: oneOf(["threshold", "sequential"], {
      thresholds: "threshold",
      eprocess: "sequential",
    }).default("threshold"),
    sequential: Sequential.prefault({}),
    /** How often the canary is judged. */
    interval: WholeSeconds.default(20),
    /** Time after each change of weight that is not judged and not held. */
    warmUp: lengthOf(0).default(0),
    /** So long after each step's weights are verified nothing is judged; the hold goes on meanwhile. */
    initialDelay: lengthOf(0).default(0),
    /** Least share of requests without failure, in percent; not judged where absent. */
    successRate: AtLeast.optional(),
    /** Greatest percentiles of request durations; not judged where absent. */
    p50: AtMost.optional(),
    p95: AtMost.optional(),
    p99: AtMost.optional(),
    /** Further numbers, from queries of one's own. */
    metrics: z.array(Metric).max(20).default([]),
    /** Further numbers, from whoever is asked over HTTP. */
    webhooks: z.array(Webhook).max(20).default([]),
    /** Fewer requests than this to the canary are no evidence: windows merge until there are enough. */
    minRequests: z.int().min(1).default(50),
    /** The run rolls back at its n-th failed check. */
    failureLimit: z.int().min(1).default(3),
    /** Whether a check that passes takes back the failures before it. */
    failures: Counting.default("cumulative"),
    /** What no requests at all to the canary mean. */
    noData: oneOf(["hold", "pass", "fail"]).default("hold"),
    /** How long a verdict may be missing before the rollout pauses. */
    noDataTimeout: WholeSeconds.default(300),
    /** This many queries that fail in a row pause the rollout. */
    queryErrorLimit: z.int().min(1).default(5),
    /** How long a step may last without a verdict that lets it advance; for ever where absent. */
    maxStepDuration: WholeSeconds.optional(),
    /** What happens then. */
    inconclusive: oneOf(["pause", "advance", "rollback"]).default("pause"),
    /** Names of limits that are measured and shown, and decide nothing. */
    dryRun: z
      .array(
        z.preprocess(
          (value) => (isRecord(value) ? (value["metricName"] ?? value["name"] ?? value) : value),
          z.string("must be the name of a metric"),
        ),
      )
      .max(50)
      .default([]),
  })
  .superRefine((analysis, context) => {
    const { dryRun, metrics, webhooks } = analysis;
    const own = [...metrics, ...webhooks].map(({ name }) => name);
    own.forEach((name, index) => {
      if (own.indexOf(name) === index) return;
      context.addIssue({ code: "custom", path: ["metrics"], message: `names ${name} twice` });
    });
    dryRun.forEach((name, index) => {
      if (own.includes(name) || (BUILT_IN as readonly string[]).includes(name)) return;
      const known = [...BUILT_IN, ...own].join(", ");
      const message = `is no limit of this plan; there are ${known}`;
      context.addIssue({ code: "custom", path: ["dryRun", index], message });
    });
  });
