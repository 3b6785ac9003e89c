import { z } from "zod";
import { parseDuration } from "@/lib/istio/duration";
import { lengthOf, WholeSeconds } from "./plan-fields";

const Alpha = z.number().positive().max(0.5);
const PercentOrOff = z.union([z.number().positive().max(100), z.literal(false)]);

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
  minDelta: z.number().min(0).max(100).default(0.1),
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

/** `{ maxMs: 500 }`, also written `500` (milliseconds) or `500ms`. */
const AtMost = z.preprocess(
  (value) => {
    if (typeof value === "number") return { maxMs: value };
    const length = typeof value === "string" ? parseDuration(value) : undefined;
    return length === undefined ? value : { maxMs: length };
  },
  z.strictObject({ maxMs: z.number().positive() }),
);
/** `{ min: 99 }`, also written `99`. */
const AtLeast = z.preprocess(
  (value) => (typeof value === "number" ? { min: value } : value),
  z.strictObject({ min: z.number().min(0).max(100) }),
);

const Limited = {
  name: z.string().min(1).max(64),
  /** Least value that passes. */
  min: z.number().optional(),
  /** Greatest value that passes. */
  max: z.number().optional(),
  /** At its n-th failed check this one alone rolls back; where absent it counts like any other. */
  failureLimit: z.int().min(1).optional(),
  /** Whether a value within the limits takes back the failures before it. */
  failures: z.enum(["cumulative", "consecutive"]).default("cumulative"),
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

/** A URL that is asked at each check, and answers with `{ "value": number }`. */
const Webhook = z
  .strictObject({
    ...Limited,
    url: z.url({ protocol: /^https?$/, error: "must be an http or https URL" }),
    timeout: lengthOf(1).default(10),
  })
  .refine(hasLimit, "needs a min or a max");

/** How the canary is judged. */
export const Analysis = z.strictObject({
  /** Which judge decides. */
  judge: z.enum(["threshold", "sequential"]).default("threshold"),
  sequential: Sequential.prefault({}),
  /** How often the canary is judged. */
  interval: WholeSeconds.default(20),
  /** Time after each change of weight that is not judged and not held. */
  warmUp: lengthOf(0).default(0),
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
  failures: z.enum(["cumulative", "consecutive"]).default("cumulative"),
  /** What no requests at all to the canary mean. */
  noData: z.enum(["hold", "pass", "fail"]).default("hold"),
  /** How long a verdict may be missing before the rollout pauses. */
  noDataTimeout: WholeSeconds.default(300),
  /** This many queries that fail in a row pause the rollout. */
  queryErrorLimit: z.int().min(1).default(5),
  /** How long a step may last without a verdict that lets it advance; for ever where absent. */
  maxStepDuration: WholeSeconds.optional(),
  /** What happens then. */
  inconclusive: z.enum(["pause", "advance", "rollback"]).default("pause"),
});
