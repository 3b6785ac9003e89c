import { z } from "zod";
import type { FieldCause } from "@/lib/base/errors";
import { isRecord } from "@/lib/k8s/json-value";
import { Label } from "@/lib/k8s/names";
import { Analysis } from "./plan-analysis";
import { lengthOf, oneOf, Share, WholeSeconds } from "./plan-fields";
import { withPlainSpelling } from "./plan-spellings";
import { Steps } from "./plan-steps";
import { Destination, Target } from "./plan-target";
import { Sticky, Testers } from "./plan-testers";
import { namesOf, renamed } from "./plan-words";

/** `apiVersion` of a rollout, whatever keeps it. */
export const ROLLOUT_API_VERSION = "quarterdeck.dev/v1alpha1";
/** `kind` of a rollout. */
export const ROLLOUT_KIND = "CanaryRollout";

/** A moment: so long after the start, or a date and time with its zone. */
const Moment = z.union([lengthOf(0), z.iso.datetime({ offset: true })]);

const FREEZE = namesOf(["from", "to"], { start: "from", end: "to", until: "to" });

/** A time in which the canary gets no more; what takes traffic from it is always allowed. */
const Freeze = z.preprocess(
  (value) => (isRecord(value) ? renamed(value, FREEZE) : value),
  z.strictObject({ from: Moment, to: Moment }),
);

/** Rollouts of one namespace that advance together and are rolled back together. */
const Train = z.strictObject({
  name: Label,
  /** Names of those that must have succeeded before this one starts. */
  after: z.array(Label).max(50).default([]),
});

/**
 * What whoever takes over does after a gap: `hold` goes on where it was, `safeWeight` first gives the
 * canary no more than `weight` percent, and waits for a person.
 */
const ControllerGap = z
  .strictObject({
    limit: WholeSeconds.default(300),
    then: oneOf(["pause", "hold", "rollback", "safeWeight"]).default("pause"),
    weight: Share.optional(),
  })
  .refine(({ then, weight }) => then !== "safeWeight" || weight !== undefined, {
    message: "is needed by safeWeight: the percent that is safe",
    path: ["weight"],
  });

/** Whom to tell what becomes of it, beside whoever the ConfigMap names. */
const Receiver = z.strictObject({
  url: z.url({ protocol: /^https?$/, error: "must be an http or https URL" }),
  /** Reasons such as `RolloutRolledBack`; all where absent. */
  events: z.array(z.string().min(1)).max(50).optional(),
});

/** What a rollout is to do. Written once, at the start. */
export const RolloutSpec = z
  .strictObject({
    target: Target,
    stable: Destination,
    canary: Destination,
    /** `blueGreen` is one step of 100 %. */
    strategy: oneOf(["weights", "blueGreen"], { canary: "weights" }).default("weights"),
    steps: Steps.optional(),
    testers: Testers.optional(),
    sticky: Sticky.optional(),
    /** How long a step lasts that does not say so itself. */
    hold: lengthOf(0).default(60),
    /** Lets a step send less to the canary than the one before. */
    allowDecrease: z.boolean().default(false),
    /**
     * Further destinations of the route: `keep` leaves them their share, so that the canary's percent
     * is of what remains; `absorb` scales them down with the stable version.
     */
    others: oneOf(["keep", "absorb"]).default("keep"),
    analysis: Analysis.prefault({}),
    /**
     * `keep` ends with the last step's weight; `cutover` sends everything to the canary. The others
     * do that first: `rotate` then makes the stable subset select what the canary's does, and gives
     * it everything back; `prune` takes the stable destination out of the routes; `scale-down` leaves
     * the Deployments of the stable version without pods; `copy-to-primary` gives them the canary's
     * containers, and all traffic once their pods are ready, as Flagger does.
     */
    finalise: oneOf([
      "keep",
      "cutover",
      "rotate",
      "prune",
      "scale-down",
      "copy-to-primary",
    ]).default("keep"),
    /** What weights that somebody else set lead to. */
    drift: oneOf(["reassert", "adopt", "pause"]).default("reassert"),
    /** Who started a rollout may not approve its steps. */
    fourEyes: z.boolean().default(false),
    freezes: z.array(Freeze).max(50).default([]),
    train: Train.optional(),
    rollback: z
      .strictObject({
        /** `any`: at once, to at least one ready pod; `staged`: in the measure of its ready pods. */
        capacity: oneOf(["any", "staged"]).default("any"),
      })
      .prefault({}),
    /** What happens when nobody drove the rollout for so long; for ever so long where absent. */
    controllerGap: ControllerGap.optional(),
    /** How long a change of weight may take to be seen before the rollout pauses. */
    progressDeadline: WholeSeconds.default(600),
    /** Whether it stands still; the one field, beside commands, that may be changed while it runs. */
    suspend: z.boolean().default(false),
    /** Whether somebody must approve what comes after the last step, too. */
    approveFinish: z.boolean().default(false),
    /** How long all is watched after the last change of weights, before the rollout has succeeded. */
    bake: lengthOf(0).default(0),
    notifications: Receiver.optional(),
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
  apiVersion: z.literal(ROLLOUT_API_VERSION, `must be ${ROLLOUT_API_VERSION}`),
  kind: z.literal(ROLLOUT_KIND, `must be ${ROLLOUT_KIND}`),
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
