import { type Instant } from "@/lib/base/units";
import type { MeshView } from "@/lib/mesh/view";
import { type CanaryRollout, versionLabel } from "@/lib/rollout/plan";
import { checkQueries, hostsOf } from "@/lib/rollout/metric-queries";
import { versionsOf } from "@/lib/rollout/preflight";
import { isRefusal } from "@/lib/rollout/route-target";
import type { Command, RolloutStatus } from "@/lib/rollout/status";
import { isTerminal } from "@/lib/rollout/status";
import { currentShare, currentStep } from "@/lib/rollout/transition";
import type { PodCount } from "@/lib/rollout/version-facts";
import { hasWeights, namedTargets, specFor, targetKey } from "@/lib/rollout/targets";
import { type DestinationWeight, planWeights } from "@/lib/rollout/weight-patch";
import type {
  RolloutRecord,
  RolloutRef,
  RolloutStore,
  StoreType,
  UnreadableRollout,
} from "./rollout-store";

/** One line of the list. */
export interface RolloutSummary {
  readonly ref: RolloutRef;
  /** What holds it. */
  readonly store: StoreType;
  readonly service: string;
  readonly stable: string;
  readonly canary: string;
  readonly state: RolloutStatus["state"];
  readonly ended: boolean;
  readonly step: number;
  readonly steps: readonly number[];
  /** Percent that was last decided. */
  readonly share: number;
  readonly failures: number;
  readonly startedAt: Instant;
  readonly startedBy: string;
}

/** One rollout with what the cluster holds for it now. */
export interface RolloutDetail extends RolloutSummary {
  readonly rollout: CanaryRollout;
  readonly status: RolloutStatus;
  /** Commands that the driver has not looked at yet. */
  readonly waiting: readonly Command[];
  /** What the VirtualService says now; null where it cannot be told, and why. */
  readonly live:
    | {
        readonly weights: readonly DestinationWeight[];
        readonly resourceVersion: string;
        readonly route: string;
      }
    | { readonly weights: null; readonly why: string };
  readonly pods: { readonly stable: PodCount; readonly canary: PodCount };
}

/** All rollouts that can be read, the running ones first, then the latest. */
export function listRollouts(store: RolloutStore): {
  readonly rollouts: readonly RolloutSummary[];
  readonly unreadable: readonly UnreadableRollout[];
} {
  const records = store.list();
  const readable = records.flatMap((record) => ("problem" in record ? [] : [summaryOf(record)]));
  return {
    rollouts: readable.sort(
      (a, b) => Number(a.ended) - Number(b.ended) || b.startedAt - a.startedAt,
    ),
    unreadable: records.flatMap((record) => ("problem" in record ? [record] : [])),
  };
}

function summaryOf({ ref, store, rollout, status }: RolloutRecord): RolloutSummary {
  const { spec } = rollout;
  const { host } = spec.target;
  return {
    ref,
    store,
    service: host.split(".")[0] ?? host,
    stable: versionLabel(spec, "stable"),
    canary: versionLabel(spec, "canary"),
    state: status.state,
    ended: isTerminal(status),
    step: currentStep(status.state),
    steps: spec.steps.map(({ weight }) => weight),
    share: lastShare(status),
    failures: status.failures.total,
    startedAt: status.startedAt,
    startedBy: status.startedBy,
  };
}

/** After the end there is no decision any more; what was confirmed last is what stands. */
function lastShare(status: RolloutStatus): number {
  if (!isTerminal(status)) return currentShare(status);
  return status.written?.weights.find(({ role }) => role === "canary")?.weight ?? 0;
}

/** The PromQL that its checks ask, over a window of one interval. */
export function queriesOf(
  { rollout }: RolloutRecord,
  view: MeshView,
): readonly { readonly name: string; readonly promql: string }[] {
  const { stable, canary } = versionsOf(view, rollout);
  const window = rollout.spec.analysis.interval * 1000;
  const { requests, durations } = checkQueries(hostsOf(stable, canary), { window, reach: 0 });
  return [
    { name: "Requests and failures", promql: requests },
    { name: "Durations", promql: durations },
  ];
}

/** A rollout beside what the cluster holds. */
export function detailOf(record: RolloutRecord, view: MeshView): RolloutDetail {
  const { rollout, status, commands } = record;
  const { stable, canary } = versionsOf(view, rollout);
  return {
    ...summaryOf(record),
    rollout,
    status,
    waiting: commands.slice(status.commandsSeen),
    live: liveWeights(view, record),
    pods: { stable: stable.pods, canary: canary.pods },
  };
}

/** Those of the first object that has weights. */
function liveWeights(view: MeshView, { rollout, status }: RolloutRecord): RolloutDetail["live"] {
  const targets = status.targets.length > 0 ? status.targets : namedTargets(rollout);
  const target = targets.find(hasWeights);
  const object = target && view.get(target.kind, target.namespace, target.name);
  if (!object) return { weights: null, why: `${target?.kind ?? "the target"} does not exist` };
  const plan = planWeights(object, specFor(rollout, target), {
    percent: currentShare(status),
    snapshot: status.snapshots[targetKey(target)],
  });
  if (isRefusal(plan)) return { weights: null, why: plan.message };
  return {
    weights: plan.before,
    resourceVersion: object.metadata.resourceVersion ?? "",
    route: `${target.route.type}[${plan.route.index}]`,
  };
}
