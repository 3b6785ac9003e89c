import { z } from "zod";
import type { FieldCause } from "@/lib/base/errors";
import { parseDuration } from "@/lib/istio/duration";
import { Label, Subdomain } from "@/lib/k8s/names";

/** `apiVersion` of a rollout, whatever keeps it. */
export const ROLLOUT_API_VERSION = "quarterdeck.dev/v1alpha1";
/** `kind` of a rollout. */
export const ROLLOUT_KIND = "CanaryRollout";

const Share = z
  .int("must be a whole number of percent")
  .min(1, "must be at least 1")
  .max(100, "must be at most 100");
/** A length of time: whole seconds, or a text such as `60s` or `1m30s`. Read as seconds. */
const lengthOf = (least: number) =>
  z
    .union([z.number(), z.string()], "must be seconds, or a duration such as 60s")
    .transform((given, context): number => {
      const length = typeof given === "number" ? given : (parseDuration(given) ?? NaN) / 1000;
      if (Number.isInteger(length) && length >= least) return length;
      context.addIssue({
        code: "custom",
        message: `must be whole seconds, at least ${least}, or a duration such as 60s`,
      });
      return z.NEVER;
    });
const WholeSeconds = lengthOf(1);
const HostName = z.string().min(1).max(253);

const Destination = z
  .strictObject({
    /** A host as a VirtualService writes it; the target's host where absent. */
    host: HostName.optional(),
    /** A subset of the host's DestinationRule; the whole host where absent. */
    subset: z.string().min(1).max(253).optional(),
    port: z.int().min(1).max(65_535).optional(),
  })
  .refine((to) => to.host !== undefined || to.subset !== undefined, "needs a subset or a host");

const Route = z
  .strictObject({
    type: z.enum(["http", "tcp", "tls"]).default("http"),
    /** The route's own name; the surest way to find it again. */
    name: z.string().min(1).max(256).optional(),
    /** Its place in the list when the rollout was written, for routes without a name. */
    index: z.int().min(0).optional(),
    /** Every route of the type that leads to the stable version, as they are at the start. */
    all: z.literal(true).optional(),
  })
  .refine((route) => route.name !== undefined || route.index !== undefined || route.all, {
    message: "needs a name or an index, or all: true",
  });
/** `all` is every HTTP route. */
const AnyRoute = z.preprocess((value) => (value === "all" ? { all: true } : value), Route);

const Step = z.strictObject({
  /** Percent of the requests that the canary gets. */
  weight: Share,
  /** How long at least the step lasts once it is verified; the plan's `hold` where absent. */
  hold: WholeSeconds.optional(),
  /** Whether somebody must approve before the step is entered. */
  approval: z.boolean().default(false),
});
/** A step is its weight where nothing else is to be said of it. */
const AnyStep = z.preprocess(
  (value) => (typeof value === "number" ? { weight: value } : value),
  Step,
);

const Generated = z.union([
  z.strictObject({
    linear: z.strictObject({ from: Share, by: Share, to: Share.default(100) }),
  }),
  z.strictObject({
    exponential: z.strictObject({
      from: Share,
      factor: z.number().min(1.1).max(100).default(2),
      to: Share.default(100),
    }),
  }),
]);

/** The weights of a generator, in order; the last one is always `to`. */
function generated(value: z.infer<typeof Generated>): { weight: number }[] {
  const weights: number[] = [];
  const { from, to } = "linear" in value ? value.linear : value.exponential;
  for (let exact: number = from; exact < to;) {
    weights.push(Math.round(exact));
    exact = "linear" in value ? exact + value.linear.by : exact * value.exponential.factor;
  }
  return [...new Set([...weights, to])].map((weight) => ({ weight }));
}

/** A list, or what makes one. */
const Steps = z.preprocess((value) => {
  const generator = Generated.safeParse(value);
  return generator.success ? generated(generator.data) : value;
}, z.array(AnyStep).min(1, "needs at least one step").max(100));

const StringMatch = z
  .strictObject({ exact: z.string(), prefix: z.string(), regex: z.string() })
  .partial()
  .refine((match) => Object.keys(match).length === 1, "needs one of exact, prefix and regex");

/** Requests that go to the canary beside the steps: those of people who test it. */
const Testers = z
  .strictObject({
    headers: z.record(z.string().min(1), StringMatch).optional(),
    /** A cookie and its value. */
    cookie: z.strictObject({ name: z.string().min(1), value: z.string() }).optional(),
    /** Percent of these requests that the canary gets. */
    share: Share.default(100),
    /** Whether nobody else gets the canary: then the steps divide these requests. */
    only: z.boolean().default(false),
  })
  .refine(({ headers, cookie }) => headers !== undefined || cookie !== undefined, {
    message: "needs headers or a cookie",
  });

const PercentOrOff = z.union([z.number().positive().max(100), z.literal(false)]);

/** A moment: so long after the start, or a date and time with its zone. */
const Moment = z.union([lengthOf(0), z.iso.datetime({ offset: true })]);

/** A time in which the canary gets no more; what takes traffic from it is always allowed. */
const Freeze = z.strictObject({ from: Moment, to: Moment });

/** Numbers of the sequential judge (rollouts.md 3.4). */
const Sequential = z.strictObject({
  /** Part of healthy rollouts that may be rolled back; 1/alpha is what E_fail must reach. */
  alpha: z.number().positive().max(0.5).default(0.01),
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

const Analysis = z.strictObject({
  /** Which judge decides. */
  judge: z.enum(["threshold", "sequential"]).default("threshold"),
  sequential: Sequential.prefault({}),
  /** How often the canary is judged. */
  interval: WholeSeconds.default(20),
  /** Time after each change of weight that is not judged and not held. */
  warmUp: lengthOf(0).default(0),
  /** Least share of requests without failure, in percent; not judged where absent. */
  successRate: z.strictObject({ min: z.number().min(0).max(100) }).optional(),
  /** Greatest 99th percentile of request durations; not judged where absent. */
  p99: z.strictObject({ maxMs: z.number().positive() }).optional(),
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

/** What a rollout is to do. Written once, at the start. */
export const RolloutSpec = z
  .strictObject({
    target: z.strictObject({
      /** A VirtualService of the rollout's namespace. */
      virtualService: Subdomain,
      route: AnyRoute.prefault("all"),
      /** The host whose versions change places. */
      host: HostName,
    }),
    stable: Destination,
    canary: Destination,
    /** `blueGreen` is one step of 100 %. */
    strategy: z.enum(["weights", "blueGreen"]).default("weights"),
    steps: Steps.optional(),
    testers: Testers.optional(),
    /** How long a step lasts that does not say so itself. */
    hold: WholeSeconds.default(60),
    /** Lets a step send less to the canary than the one before. */
    allowDecrease: z.boolean().default(false),
    /**
     * Further destinations of the route: `keep` leaves them their share, so that the canary's percent
     * is of what remains; `absorb` scales them down with the stable version.
     */
    others: z.enum(["keep", "absorb"]).default("keep"),
    analysis: Analysis.prefault({}),
    /** `keep` ends with the last step's weight; `cutover` sends everything to the canary. */
    finalise: z.enum(["keep", "cutover"]).default("keep"),
    /** What weights that somebody else set lead to. */
    drift: z.enum(["reassert", "adopt", "pause"]).default("reassert"),
    /** Who started a rollout may not approve its steps. */
    fourEyes: z.boolean().default(false),
    freezes: z.array(Freeze).max(50).default([]),
    /** How long a change of weight may take to be seen before the rollout pauses. */
    progressDeadline: WholeSeconds.default(600),
  })
  .superRefine((spec, context) => {
    const add = (path: (string | number)[], message: string) =>
      context.addIssue({ code: "custom", path, message });
    if (spec.strategy === "weights" && !spec.steps) add(["steps"], "needs at least one step");
    const isOne = spec.steps?.length === 1 && spec.steps[0]?.weight === 100;
    if (spec.strategy === "blueGreen" && spec.steps && !isOne) {
      add(["steps"], "are those of strategy weights; blue/green has one of 100 %");
    }
    if (spec.testers && spec.target.route.type !== "http") {
      add(["testers"], `needs an HTTP route: ${spec.target.route.type} routes see no headers`);
    }
    if (spec.allowDecrease) return;
    spec.steps?.forEach((step, index) => {
      const before = spec.steps?.[index - 1];
      if (before && step.weight < before.weight) {
        const message = `goes down from ${before.weight} to ${step.weight}; set allowDecrease to mean it`;
        add(["steps", index, "weight"], message);
      }
    });
  })
  .transform((spec) => ({
    ...spec,
    steps: (spec.steps ?? [{ weight: 100, approval: false }]).map((step) => ({
      ...step,
      hold: step.hold ?? spec.hold,
    })),
  }));
export type RolloutSpec = z.infer<typeof RolloutSpec>;

/** A rollout as a person writes it: the same document in a file, a CRD or a ConfigMap. */
export const CanaryRollout = z.strictObject({
  apiVersion: z.literal(ROLLOUT_API_VERSION),
  kind: z.literal(ROLLOUT_KIND),
  metadata: z.object({ name: Label, namespace: Label }),
  spec: RolloutSpec,
});
export type CanaryRollout = z.infer<typeof CanaryRollout>;
/** A rollout before defaults are filled in. */
export type CanaryRolloutInput = z.input<typeof CanaryRollout>;

export type RolloutDestination = RolloutSpec["stable"];
export type RolloutAnalysis = RolloutSpec["analysis"];

/** `spec.steps[1].weight`: how a path into a document is written everywhere in the product. */
const fieldPath = (path: readonly PropertyKey[]): string =>
  path
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`))
    .join("")
    .replace(/^\./, "");

/** Reads a rollout with its defaults filled in, or says of each field what is wrong with it. */
export function parseRollout(
  value: unknown,
): { readonly rollout: CanaryRollout } | { readonly problems: readonly FieldCause[] } {
  const parsed = CanaryRollout.safeParse(value);
  if (parsed.success) return { rollout: parsed.data };
  return {
    problems: parsed.error.issues.flatMap((issue) =>
      issue.code === "unrecognized_keys"
        ? issue.keys.map((key) => ({
            field: fieldPath([...issue.path, key]),
            message: "is no field of a rollout",
          }))
        : [{ field: fieldPath(issue.path) || "(root)", message: issue.message }],
    ),
  };
}

/** The step at `index`. @throws RangeError where the plan has none; a bug of the caller. */
export function stepAt(spec: RolloutSpec, index: number): RolloutSpec["steps"][number] {
  const step = spec.steps[index];
  if (!step) throw new RangeError(`the plan has ${spec.steps.length} steps, no step ${index}`);
  return step;
}

/** How people call a destination: its subset, or its host where it has none. */
export const destinationLabel = (to: RolloutDestination, host: string): string =>
  to.subset ?? to.host ?? host;
