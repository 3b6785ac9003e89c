import { z } from "zod";
import { Share, WholeSeconds } from "./plan-fields";

const Step = z.strictObject({
  /** Percent of the requests that the canary gets; 0 is for steps that mirror. */
  weight: z
    .int("must be a whole number of percent")
    .min(0, "must be at least 1")
    .max(100, "must be at most 100"),
  /** Percent of the stable version's requests of which the canary gets copies that nobody awaits. */
  mirror: Share.optional(),
  /** How long at least the step lasts once it is verified; the plan's `hold` where absent. */
  hold: WholeSeconds.optional(),
  /** Whether somebody must approve before the step is entered. */
  approval: z.boolean().default(false),
});
/** A step is its weight where nothing else is to be said of it. */
const AnyStep = z.preprocess((value) => {
  if (typeof value === "number") return { weight: value };
  const isMirror = typeof value === "object" && value !== null && "mirror" in value;
  return isMirror ? { weight: 0, ...value } : value;
}, Step);

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
  return generator.success ? generated(generator.data) : value;
}, z.array(AnyStep).min(1, "needs at least one step").max(100));
