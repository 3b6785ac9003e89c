import type { Instant } from "@/lib/base/units";
import type { AskedPlan } from "./asked-plan";
import type { CanaryRollout } from "./plan";
import type { TargetObjects } from "./object-plan";
import type { Remembered, RolloutGoal } from "./rollout-plan";
import type { Operation, PauseReason } from "./operation";
import type {
  Carry,
  CheckEntry,
  Command,
  LedgerEntry,
  RolloutState,
  RolloutStatus,
} from "./status";
import { namedTargets, type RolloutTarget } from "./targets";
import type { TrainMember } from "./train-member";
import type { DestinationWeight } from "./weight-patch";
import type { HookAnswer, WindowCounts } from "./window";

/** How a write that the machine asked for ended. */
export type WriteReport =
  | {
      readonly opId: string;
      readonly outcome: "written";
      /** Of the objects as stored, by `targetKey`. */
      readonly versions: Readonly<Record<string, string>>;
      /** Of the plan that was written. */
      readonly stage: number;
      readonly before: readonly DestinationWeight[];
      readonly after: readonly DestinationWeight[];
    }
  /** Others changed the same destinations again and again. */
  | { readonly opId: string; readonly outcome: "contended"; readonly message: string }
  /** The server will not have it, however often it is sent. */
  | { readonly opId: string; readonly outcome: "refused"; readonly message: string }
  /** The server could not be reached or was too slow. */
  | { readonly opId: string; readonly outcome: "failed"; readonly message: string };

/** What the queries of a check gave. */
export type Measurement =
  { readonly window: WindowCounts } | { readonly error: string; readonly from: Instant };

/** What the machine is shown of the world. What is undefined was not looked at. */
export interface Observed {
  /** The whole append-only list. */
  readonly commands: readonly Command[];
  /** The objects that the plan means, as the mesh has them at the start. */
  readonly targets?: readonly RolloutTarget[] | undefined;
  /** All targets, read from the API server just now. */
  readonly objects?: TargetObjects | undefined;
  readonly write?: WriteReport | undefined;
  readonly measurement?: Measurement | undefined;
  /** Ready pods of both versions; undefined where they cannot be counted. */
  readonly ready?:
    | {
        readonly stable: number;
        readonly canary: number;
        /** Pods of the stable version, ready or not. */
        readonly stableTotal?: number | undefined;
      }
    | undefined;
  /** Why the stable version's subset means nothing now; undefined where it is defined, or none is named. */
  readonly stableUndefined?: string | undefined;
  /** What the canary's pods are to run; undefined where nobody says. */
  readonly canaryRevision?: string | undefined;
  /** Whether somebody has deleted the rollout, and waits for it to go. */
  readonly deleted?: boolean | undefined;
  /**
   * Whether the prepared write may have been sent: by this process, or by one that drove the rollout
   * before and is gone.
   */
  readonly perhapsSent?: boolean | undefined;
  /** Whether `spec.suspend` is set now. */
  readonly suspended?: boolean | undefined;
  /** The plan as its object says it now. */
  readonly asked?: AskedPlan | undefined;
  /** What the webhooks said that are asked before the start. */
  readonly startHooks?: readonly HookAnswer[] | undefined;
  /** The other rollouts of its train. */
  readonly train?: readonly TrainMember[] | undefined;
}

/** What is to be done after the new status is stored, and reported at the next call. */
export type Action =
  /** Read the targets from the API server. */
  | { readonly type: "read" }
  /** Bring these objects to the goal, one after the other. */
  | {
      readonly type: "write";
      readonly op: Operation;
      readonly goal: RolloutGoal;
      readonly stage: number;
      readonly targets: readonly RolloutTarget[];
      /** All that the step changes, those too whose turn comes after these. */
      readonly changes: readonly RolloutTarget[];
    }
  /** Ask for the requests since `from`. */
  | { readonly type: "measure"; readonly from: Instant }
  /** Come back at that time, or earlier when something changed. */
  | { readonly type: "wake"; readonly at: Instant };

/** One step of the machine: what to store (the same reference where nothing changed) and to do. */
export interface Transition {
  readonly status: RolloutStatus;
  readonly actions: readonly Action[];
}

/** What every part of the machine works on. */
export interface Run {
  readonly rollout: CanaryRollout;
  readonly status: RolloutStatus;
  readonly observed: Observed;
  readonly now: Instant;
}

const LEDGER_LENGTH = 100;
const CHECKS_LENGTH = 50;

/** Nothing changes; something is to be done. */
export const act = (run: Run, ...actions: Action[]): Transition => ({
  status: run.status,
  actions,
});

/** The status changes; the machine is called again at once. */
export const become = (run: Run, change: Partial<RolloutStatus>): Transition => ({
  status: { ...run.status, ...change },
  actions: [],
});

/** The ledger with one more entry at its end; the oldest go. */
export const ledgerWith = ({ status, now }: Run, entry: Omit<LedgerEntry, "at">): LedgerEntry[] =>
  [...status.ledger, { at: now, ...entry }].slice(-LEDGER_LENGTH);

/** The checks with one more at their end; the oldest go. */
export const checksWith = ({ status }: Run, check: CheckEntry): CheckEntry[] =>
  [...status.checks, check].slice(-CHECKS_LENGTH);

/** A new write of that share, decided now. */
export function decide(
  { status, now }: Run,
  goal: { readonly step: number; readonly share: number },
): { op: Operation; operations: number } {
  const operations = status.operations + 1;
  const op: Operation = {
    id: `op-${operations}`,
    step: goal.step,
    share: goal.share,
    from: currentShare(status),
    decidedAt: now,
    ...staleOf(status),
  };
  return { op, operations };
}

/** The write of the next step, decided now, so that it is stored with what came of this one. */
export function prepare(
  { rollout, status, now }: Run,
  step: number,
): Pick<RolloutStatus, "prepared" | "operations"> {
  const { operations } = status;
  const next = rollout.spec.steps[step + 1];
  if (!next) return { prepared: null, operations };
  const id = `op-${operations + 1}`;
  const share = next.weight;
  const prepared = { id, step: step + 1, share, from: currentShare(status), decidedAt: now };
  return { prepared, operations: operations + 1 };
}

/** A write that was confirmed and not read back yet: what was there before it must not be believed. */
function staleOf({ state, written, versions }: RolloutStatus): Pick<Operation, "stale"> {
  if (!("op" in state)) return {};
  if (state.op.writtenAt === undefined) {
    return state.op.stale === undefined ? {} : { stale: state.op.stale };
  }
  return { stale: written?.versions ?? versions };
}

/** What the rollout remembers of its targets; before the start, those that its plan names. */
export const rememberedOf = ({ rollout, status }: Pick<Run, "rollout" | "status">): Remembered => ({
  targets: status.targets.length > 0 ? status.targets : namedTargets(rollout),
  snapshots: status.snapshots,
  rules: status.rules,
});

/** What all targets are to be like at a step with a share of the canary. */
export function goalOf(
  { spec }: CanaryRollout,
  { step, share }: { readonly step: number; readonly share: number },
  more: Pick<RolloutGoal, "restore" | "tidy" | "rotate" | "finalise"> = {},
): RolloutGoal {
  const at = spec.steps[step];
  const mirror = at && share === at.weight && !more.tidy ? at.mirror : undefined;
  return { percent: share, step, mirror, ...more };
}

/** The share that was last decided; 0 before the first. */
export function currentShare({ state }: RolloutStatus): number {
  switch (state.phase) {
    case "Holding":
    case "Paused":
      return state.share;
    case "Applying":
    case "Verifying":
    case "Promoting":
    case "RollingBack":
      return state.op.share;
    default:
      return 0;
  }
}

/** The step that a state belongs to; 0 before the first. */
export function currentStep(state: RolloutState): number {
  switch (state.phase) {
    case "Holding":
    case "Paused":
      return state.step;
    case "Applying":
    case "Verifying":
    case "Promoting":
    case "RollingBack":
      return state.op.step;
    default:
      return 0;
  }
}

/** Whether the weights are final, and only watched for a while. */
export const isBaking = (state: RolloutState): boolean =>
  (state.phase === "Holding" && state.baking === true) ||
  (state.phase === "Paused" && state.carry.baking === true);

/** The state that waits for a person, its clock stopped. */
export const pausedState = (
  run: Run,
  pause: {
    readonly reason: PauseReason;
    readonly message: string;
    readonly carry: Carry;
    readonly suspended?: true;
  },
): RolloutState => ({
  phase: "Paused",
  reason: pause.reason,
  message: pause.message,
  since: run.now,
  step: currentStep(run.status.state),
  share: currentShare(run.status),
  carry: pause.carry,
  ...(pause.suspended ? { suspended: true } : {}),
});
