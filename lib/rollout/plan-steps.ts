import { z } from "zod";
import { isRecord } from "@/lib/k8s/json-value";
import { amountIn, lengthOf, Share } from "./plan-fields";
import { namesOf, renamed } from "./plan-words";

const Step = z.strictObject({
  /** Percent of the requests that the canary gets; 0 is for steps that mirror. */
  weight: z
    .int("must be a whole number of percent")
    .min(0, "must be at least 1")
    .max(100, "must be at most 100"),
  /** Percent of the stable version's requests of which the canary gets copies that nobody awaits. */
  mirror: Share.optional(),
  /** How long at least the step lasts once it is verified; the plan's `hold` where absent. */
  hold: lengthOf(0).optional(),
  /** Whether somebody must approve before the step is entered. */
  approval: z.boolean().default(false),
});

const STEP = namesOf(["weight", "mirror", "hold", "approval", "pause"], {
  setWeight: "weight",
  setMirrorRoute: "mirror",
  duration: "hold",
  approve: "approval",
  requireApproval: "approval",
  manual: "approval",
});

/** A step by its fields: a step is its weight where nothing else is to be said of it. */
function plainStep(value: unknown): unknown {
  if (!isRecord(value)) return { weight: amountIn(value) };
  const step = renamed(value, STEP);
  const { mirror, weight = mirror === undefined ? undefined : 0, ...rest } = step;
  return {
    ...rest,
    weight: amountIn(weight),
    ...(mirror === undefined ? {} : { mirror: percentOf(mirror) }),
  };
}

const percentOf = (mirror: unknown): unknown =>
  amountIn(isRecord(mirror) ? (mirror["percentage"] ?? mirror["percent"] ?? mirror) : mirror);

/** What a list of steps says. */
interface Walk {
  readonly steps: readonly unknown[];
  /** Whether somebody must approve the end. */
  readonly approveFinish: boolean;
}

/**
 * Steps with the pauses among them, as Argo Rollouts writes them: one with a duration is the hold of
 * the step before it, one without waits for somebody before what comes next.
 */
export function walkOf(list: readonly unknown[]): Walk {
  const steps: unknown[] = [];
  let waits = false;
  for (const each of list) {
    const step = plainStep(each);
    const { pause, ...own } = isRecord(step) ? step : {};
    const isOnlyPause = pause !== undefined && own["weight"] === undefined;
    const before = steps.at(-1);
    if (isOnlyPause && !isRecord(before)) {
      steps.push(each);
      continue;
    }
    if (!isOnlyPause) {
      steps.push(pause === undefined ? withWait(step, waits) : withWait(own, waits));
      waits = false;
    }
    if (pause === undefined) continue;
    const length = lengthIn(pause);
    if (length === undefined) waits = true;
    else steps.push(withHold(steps.pop(), length));
  }
  return { steps, approveFinish: waits };
}

const withWait = (step: unknown, waits: boolean): unknown =>
  waits && isRecord(step) ? { approval: true, ...step } : step;

const withHold = (step: unknown, hold: unknown): unknown =>
  isRecord(step) && step["hold"] === undefined ? { ...step, hold } : step;

/** `{ duration: 60 }` or `60s`; undefined where a pause lasts until somebody ends it. */
function lengthIn(pause: unknown): unknown {
  if (!isRecord(pause)) return typeof pause === "boolean" ? undefined : pause;
  return pause["duration"];
}

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
export const Steps = z.preprocess((value) => {
  const generator = Generated.safeParse(value);
  if (generator.success) return generated(generator.data);
  return Array.isArray(value) ? walkOf(value).steps : value;
}, z.array(Step).min(1, "needs at least one step").max(100));
