import { AppError } from "@/lib/base/errors";
import { millis } from "@/lib/base/units";
import type { KubeObject } from "@/lib/k8s/object";
import type { Operation } from "@/lib/rollout/operation";
import type { ObjectPlan, TargetObjects } from "@/lib/rollout/object-plan";
import { planObject } from "@/lib/rollout/rollout-plan";
import { isRefusal } from "@/lib/rollout/route-target";
import { type RolloutTarget, targetKey } from "@/lib/rollout/targets";
import { type Action, rememberedOf, type WriteReport } from "@/lib/rollout/transition";
import type { Random } from "../clock";
import type { Logger } from "../log";
import type { Clock, Cluster } from "../ports";
import type { Leadership } from "./leadership";
import type { RolloutRecord } from "./rollout-store";

const TRIES = 5;
const MIN_PAUSE_MS = 50;
const MAX_PAUSE_MS = 800;
/** Under which name weights appear in managedFields. */
export const FIELD_MANAGER = "quarterdeck-rollouts";

/** What a write of weights needs. */
export interface WeightWriter {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly leadership: Leadership;
}

type Write = Extract<Action, { type: "write" }>;
type Written = Extract<WriteReport, { outcome: "written" }>;

/**
 * Sends what a decided write asks for: first every change of the step as a dry run, those too that
 * wait for others, so that nothing is written of what the server will not have whole. Then object after
 * object for good, until one cannot be written; what was written before that one is the machine's to
 * take back.
 */
export async function writeWeights(
  writer: WeightWriter,
  record: RolloutRecord,
  {
    action,
    objects,
  }: {
    readonly action: Write;
    /** As they were just read; undefined where they were not. */
    readonly objects: TargetObjects | undefined;
  },
): Promise<WriteReport> {
  const { op, stage } = action;
  const versions: Record<string, string> = {};
  let weights: Pick<Written, "before" | "after"> = { before: [], after: [] };
  const known = objects ?? new Map<string, KubeObject | null>();
  for (const target of action.changes) {
    const tried = await writeObject(writer, record, { action, target, known, isTrial: true });
    if ("outcome" in tried) return tried;
  }
  for (const target of action.targets) {
    const written = await writeObject(writer, record, { action, target, known, isTrial: false });
    if ("outcome" in written) return written;
    versions[targetKey(target)] = written.version;
    const { before, after } = written.plan;
    if (weights.after.length === 0) weights = { before, after };
  }
  return { opId: op.id, outcome: "written", versions, stage, ...weights };
}

interface SentObject {
  readonly version: string;
  readonly plan: ObjectPlan;
}

/**
 * A dry run, or the same patch for good; where it had to be planned anew, again after a dry run.
 *
 * When the server refuses because somebody changed what the patch rests on, the object is read and
 * the patch planned again, up to five times. A patch that stays the same and is refused again is
 * not contended but unacceptable. Nothing is thrown but bugs and the end of leadership.
 */
async function writeObject(
  writer: WeightWriter,
  record: RolloutRecord,
  {
    action,
    target,
    known,
    isTrial,
  }: {
    readonly action: Write;
    readonly target: RolloutTarget;
    /** As they were just read. */
    readonly known: TargetObjects;
    readonly isTrial: boolean;
  },
): Promise<SentObject | Exclude<WriteReport, Written>> {
  const { op, goal } = action;
  const key = targetKey(target);
  const { signal } = writer.leadership;
  const told = (fields: Readonly<Record<string, unknown>>) =>
    audit(writer, record, { op, target, ...fields });
  let refused: { readonly patch: string; readonly message: string } | undefined;
  for (let tries = 1; tries <= TRIES; tries += 1) {
    try {
      const read = tries === 1 ? known.get(key) : undefined;
      const object = read ?? (await writer.cluster.get(refOf(target), signal));
      const plan = planObject(record.rollout, target, {
        objects: new Map(known).set(key, object),
        remembered: rememberedOf(record),
        goal,
      });
      if (isRefusal(plan)) return { opId: op.id, outcome: "failed", message: plan.message };
      const patch = JSON.stringify(plan.patch);
      if (refused?.patch === patch) {
        told({ result: "refused", error: refused.message });
        return { opId: op.id, outcome: "refused", message: refused.message };
      }
      const modes = isTrial ? DRY : tries === 1 ? WET : [...DRY, ...WET];
      const outcome = await send(writer, target, { plan, object, modes });
      if (typeof outcome !== "string") {
        if (!isTrial) told({ result: "written", after: plan.after });
        return { version: outcome.version, plan };
      }
      refused = { patch, message: outcome };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const outcome = error.code === "forbidden" ? "refused" : "failed";
      told({ result: outcome, error: error.message });
      return { opId: op.id, outcome, message: error.message };
    }
    const pause = MIN_PAUSE_MS + writer.random() * (MAX_PAUSE_MS - MIN_PAUSE_MS);
    await writer.clock.sleep(millis(Math.round(pause)), signal);
  }
  const message = `${target.kind} ${target.name} was changed by others during each of ${TRIES} tries`;
  told({ result: "contended", error: refused?.message });
  return { opId: op.id, outcome: "contended", message };
}

const refOf = ({ kind, namespace, name }: RolloutTarget) => ({ kind, namespace, name });

const DRY = [{ dryRun: true }] as const;
const WET = [{}] as const;

/** The version that the server made of it, or its refusal in its words. */
async function send(
  { cluster, leadership }: WeightWriter,
  target: RolloutTarget,
  {
    plan,
    object,
    modes,
  }: {
    readonly plan: ObjectPlan;
    readonly object: KubeObject;
    readonly modes: readonly { readonly dryRun?: true }[];
  },
): Promise<{ readonly version: string } | string> {
  let version = object.metadata.resourceVersion ?? "";
  if (plan.patch.length === 0) return { version };
  const patch = { type: "json" as const, body: plan.patch, fieldManager: FIELD_MANAGER };
  const { signal } = leadership;
  try {
    for (const mode of modes) {
      if (!leadership.mayWrite()) {
        throw new AppError(
          "unavailable",
          "the Lease was not renewed in time, so nothing is written",
        );
      }
      const { object: answer } = await cluster.patch(refOf(target), patch, { ...mode, signal });
      version = answer.metadata.resourceVersion ?? "";
    }
    return { version };
  } catch (error) {
    if (error instanceof AppError && (error.code === "invalid" || error.code === "conflict")) {
      return error.message;
    }
    throw error;
  }
}

function audit(
  { log, cluster, leadership }: WeightWriter,
  record: RolloutRecord,
  {
    op,
    target,
    ...fields
  }: { readonly op: Operation; readonly target: RolloutTarget } & Readonly<Record<string, unknown>>,
): void {
  log.info(
    {
      audit: true,
      action: "patch",
      ...refOf(target),
      rollout: record.ref.name,
      operation: op.id,
      share: op.share,
      epoch: leadership.epoch,
      user: cluster.identity.user,
      server: cluster.identity.server,
      ...fields,
    },
    "write",
  );
}
