import { AppError } from "@/lib/base/errors";
import { millis } from "@/lib/base/units";
import { planEdits } from "@/lib/rollout/plan-edits";
import { hooksAt } from "@/lib/rollout/hooks";
import { versionsOf } from "@/lib/rollout/preflight";
import type { TargetObjects } from "@/lib/rollout/object-plan";
import { planRollout } from "@/lib/rollout/rollout-plan";
import { isRefusal } from "@/lib/rollout/route-target";
import { resolveTargets, type RolloutTarget, targetKey } from "@/lib/rollout/targets";
import { trainMember } from "@/lib/rollout/train";
import {
  goalOf,
  type Observed,
  rememberedOf,
  type WriteReport,
  type Measurement,
} from "@/lib/rollout/transition";
import type { Cluster, MeshStore } from "../ports";
import type { Leadership } from "./leadership";
import { hookAnswers } from "./plan-readings";
import type { RolloutRecord, RolloutStore } from "./rollout-store";
import type { Webhooks } from "./webhooks";

/** What came of the machine's last actions. */
export interface Reports {
  write?: WriteReport | undefined;
  measurement?: Measurement | undefined;
}

interface Needs {
  readonly cluster: Cluster;
  readonly mesh: MeshStore;
  readonly store: RolloutStore;
  readonly leadership: Leadership;
  readonly webhooks: Webhooks;
}

/** What the machine is shown of the world for one rollout. */
export async function observe(
  needs: Needs,
  record: RolloutRecord,
  reports: Reports,
): Promise<Observed> {
  const { commands, rollout, status, deleted, suspended, asked } = record;
  const mesh = needs.mesh.view();
  const { stable, canary } = versionsOf(mesh, rollout);
  const targets = status.state.phase === "Pending" ? resolveTargets(mesh, rollout) : status.targets;
  const isCounted = needs.mesh.ready && (stable.service ?? canary.service) !== undefined;
  return {
    commands,
    ...reports,
    deleted,
    suspended,
    asked: asked && {
      version: asked.version,
      edits:
        asked.version === status.planVersion ? status.edits : planEdits(rollout, asked.document),
    },
    targets,
    canaryRevision: canary.content,
    stableUndefined:
      isCounted && rollout.spec.stable.subset !== undefined && !stable.subsetLabels
        ? `no DestinationRule defines subset ${rollout.spec.stable.subset} of ${stable.host} any more`
        : undefined,
    objects: await look(needs, record, targets),
    ready: isCounted
      ? {
          // Whose pods are in another cluster is taken at its word.
          stable: stable.service ? stable.pods.ready : 1,
          stableTotal: stable.service ? stable.pods.total : 1,
          canary: canary.service ? canary.pods.ready : 1,
        }
      : undefined,
    startHooks: await askStart(needs, record),
    train: rollout.spec.train && trainOf(needs.store, record),
  };
}

/** What webhooks say of the start; undefined where it is past, or nobody is asked. */
async function askStart(
  { webhooks, mesh, leadership }: Needs,
  { rollout, status, suspended }: RolloutRecord,
): Promise<Observed["startHooks"]> {
  if (status.state.phase !== "Pending" || suspended) return undefined;
  if (hooksAt(rollout.spec, "start").length === 0) return undefined;
  const asked = { versions: versionsOf(mesh.view(), rollout), window: millis(0), step: 0 };
  const { signal } = leadership;
  return hookAnswers(webhooks, rollout, { ...asked, time: "start", signal });
}

/** The other rollouts of its train, as the mirror knows them. */
const trainOf = (store: RolloutStore, { ref, rollout }: RolloutRecord) =>
  store.list().flatMap((other) => {
    if (
      "problem" in other ||
      other.ref.namespace !== ref.namespace ||
      other.ref.name === ref.name
    ) {
      return [];
    }
    const { train } = other.rollout.spec;
    const { name, after: names = [] } = rollout.spec.train ?? {};
    return train?.name === name || names.includes(other.ref.name)
      ? [trainMember(other.rollout, other.status)]
      : [];
  });

/** The targets, read from the API server wherever the machine acts upon what it sees. */
async function look(
  { cluster, mesh, leadership }: Needs,
  record: RolloutRecord,
  targets: readonly RolloutTarget[],
): Promise<TargetObjects | undefined> {
  const { rollout, status } = record;
  const { state } = status;
  switch (state.phase) {
    case "Pending":
    case "Applying":
    case "Verifying":
    case "Promoting":
    case "RollingBack":
      break;
    case "Holding": {
      // The mirror may lag: what looks like an edit from outside is read again before it counts.
      const view = mesh.view();
      const objects: TargetObjects = new Map(
        targets.map((target) => [
          targetKey(target),
          view.get(target.kind, target.namespace, target.name) ?? null,
        ]),
      );
      const goal = goalOf(rollout, state);
      const plan = planRollout(rollout, rememberedOf(record), { objects, goal, down: false });
      if (!isRefusal(plan) && plan.settled) return objects;
      break;
    }
    default:
      return undefined;
  }
  const objects = new Map<string, Awaited<ReturnType<typeof cluster.get>> | null>();
  const isEnd = state.phase === "Promoting" && state.op.finalise !== undefined;
  for (const target of targets) {
    const { kind, namespace, name } = target;
    if (kind === "Deployment" && !isEnd) continue;
    try {
      const object = await cluster.get({ kind, namespace, name }, leadership.signal);
      objects.set(targetKey(target), object);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== "not-found") throw error;
      objects.set(targetKey(target), null);
    }
  }
  return objects;
}
