import { z } from "zod";
import type { FieldCause } from "@/lib/base/errors";
import { Label } from "@/lib/k8s/names";
import { Analysis } from "./plan-analysis";
import { lengthOf, WholeSeconds } from "./plan-fields";
import { withPlainSpelling } from "./plan-spellings";
import { Steps } from "./plan-steps";
import { Destination, Target } from "./plan-target";
import { Sticky, Testers } from "./plan-testers";

/** `apiVersion` of a rollout, whatever keeps it. */
export const ROLLOUT_API_VERSION = "quarterdeck.dev/v1alpha1";
/** `kind` of a rollout. */
export const ROLLOUT_KIND = "CanaryRollout";

/** A moment: so long after the start, or a date and time with its zone. */
const Moment = z.union([lengthOf(0), z.iso.datetime({ offset: true })]);

/** A time in which the canary gets no more; what takes traffic from it is always allowed. */
const Freeze = z.strictObject({ from: Moment, to: Moment });

/** Rollouts of one namespace that advance together and are rolled back together. */
const Train = z.strictObject({
  name: Label,
  /** Names of those that must have succeeded before this one starts. */
  after: z.array(Label).max(50).default([]),
});

/** What a rollout is to do. Written once, at the start. */
export const RolloutSpec = z
  .strictObject({
    target: Target,
    stable: Destination,
    canary: Destination,
    /** `blueGreen` is one step of 100 %. */
    strategy: z.enum(["weights", "blueGreen"]).default("weights"),
    steps: Steps.optional(),
    testers: Testers.optional(),
    sticky: Sticky.optional(),
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
    /**
     * `keep` ends with the last step's weight; `cutover` sends everything to the canary; `rotate`
     * makes the stable subset select what the canary's does, and gives it everything back.
     */
    finalise: z.enum(["keep", "cutover", "rotate"]).default("keep"),
    /** What weights that somebody else set lead to. */
    drift: z.enum(["reassert", "adopt", "pause"]).default("reassert"),
    /** Who started a rollout may not approve its steps. */
    fourEyes: z.boolean().default(false),
    freezes: z.array(Freeze).max(50).default([]),
    train: Train.optional(),
    rollback: z
      .strictObject({
        /** `any`: at once, to at least one ready pod; `staged`: in the measure of its ready pods. */
        capacity: z.enum(["any", "staged"]).default("any"),
      })
      .prefault({}),
    /** What happens when nobody drove the rollout for so long; for ever so long where absent. */
    controllerGap: z
      .strictObject({ limit: WholeSeconds, then: z.enum(["pause", "rollback"]).default("pause") })
      .optional(),
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
    const { type } = spec.target.route;
    for (const field of ["testers", "sticky"] as const) {
      if (spec[field] && type !== "http") {
        add([field], `needs an HTTP route: ${type} routes see no headers`);
      }
    }
    if (spec.testers && spec.sticky) add(["sticky"], "does not go together with testers");
    if (spec.finalise === "rotate" && (!spec.stable.subset || !spec.canary.subset)) {
      add(["finalise"], "rotate needs a subset on both sides");
    }
    spec.steps?.forEach((step, index) => {
      const before = spec.steps?.[index - 1];
      const wrong = step.mirror !== undefined ? mirrorFault(step.weight, before, type) : undefined;
      if (wrong) add(["steps", index, "mirror"], wrong);
      if (step.mirror === undefined && step.weight === 0) {
        add(["steps", index, "weight"], "must be at least 1");
      }
    });
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

/** Why a step may not mirror; undefined where it may. */
function mirrorFault(
  weight: number,
  before: { readonly weight: number } | undefined,
  type: string,
): string | undefined {
  if (type !== "http") return `needs an HTTP route: ${type} routes cannot mirror`;
  if (weight > 0) return "needs weight 0: a canary that answers requests needs no copies of them";
  return before && before.weight > 0 ? "comes before the steps with a weight" : undefined;
}

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
  const parsed = CanaryRollout.safeParse(withPlainSpelling(value));
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

/**
 * How people call a version: its subset, or its host where it has none; both where the other
 * version has the same.
 */
export function versionLabel({ target, ...sides }: RolloutSpec, side: "stable" | "canary"): string {
  const own = sides[side];
  const other = sides[side === "stable" ? "canary" : "stable"];
  const label = own.subset ?? own.host ?? target.host;
  const isShared = label === (other.subset ?? other.host ?? target.host);
  return isShared && own.subset !== undefined ? `${own.host ?? target.host}/${label}` : label;
}
