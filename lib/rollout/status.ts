import { z } from "zod";
import { type Instant, millis } from "@/lib/base/units";
import { At, Operation, PauseReason, RollbackReason, BlockedReason } from "./operation";
import { JudgeMemory } from "./judge-memory";
import { Notice } from "./notice";
import { RolloutTarget } from "./targets";

// What is stored may have been touched by people: it is read like any other input.
const Length = z.number().transform((ms) => millis(ms));

/** What the judge said at the last check; `error` where it could not be asked. */
export const LastVerdict = z.enum(["pass", "fail", "unknown", "error"]);
export type LastVerdict = z.infer<typeof LastVerdict>;

/** What is left of a step whose clock was stopped. */
const Carry = z.object({
  holdLeft: Length,
  checkLeft: Length,
  /** Until the step is inconclusive; null where it never is. */
  maxLeft: Length.nullable().default(null),
  lastVerdict: LastVerdict.nullable(),
  /** Whether the weights are final already, and only watched for a while. */
  baking: z.boolean().optional(),
});
export type Carry = z.infer<typeof Carry>;

/** One variant a situation: a field exists only where it has a meaning. */
export const RolloutState = z.discriminatedUnion("phase", [
  z.object({
    phase: z.literal("Pending"),
    /** Names of the rollouts of its train that come before it. */
    waitsFor: z.array(z.string()).optional(),
    /** Whether `spec.suspend` keeps it from its start. */
    suspended: z.boolean().optional(),
    /** Why webhooks keep it from its start. */
    unconfirmed: z.string().optional(),
  }),
  z.object({ phase: z.literal("Applying"), op: Operation, carry: Carry.optional() }),
  z.object({ phase: z.literal("Verifying"), op: Operation, carry: Carry.optional() }),
  z.object({
    phase: z.literal("Holding"),
    step: z.int(),
    share: z.number(),
    from: z.number(),
    verifiedAt: At,
    holdUntil: At,
    /** When the step is inconclusive; null where it never is. */
    maxUntil: At.nullable().default(null),
    nextCheckAt: At,
    /** Requests since then are what the next check judges. */
    windowFrom: At,
    /** Since when there is no verdict. */
    quietSince: At,
    lastVerdict: LastVerdict.nullable(),
    /** Whether the weights are final already, and only watched for a while. */
    baking: z.boolean().optional(),
  }),
  z.object({
    phase: z.literal("Paused"),
    reason: PauseReason,
    message: z.string(),
    since: At,
    step: z.int(),
    share: z.number(),
    carry: Carry,
    /** Whether it lasts as long as `spec.suspend` is set. */
    suspended: z.boolean().optional(),
  }),
  z.object({ phase: z.literal("Promoting"), op: Operation }),
  z.object({
    phase: z.literal("RollingBack"),
    op: Operation,
    reason: RollbackReason,
    message: z.string(),
    since: At,
    /** Why it cannot go on for now. */
    blocked: z.object({ reason: BlockedReason, message: z.string() }).optional(),
  }),
  z.object({ phase: z.literal("Succeeded"), reason: z.string(), message: z.string(), at: At }),
  z.object({ phase: z.literal("RolledBack"), reason: z.string(), message: z.string(), at: At }),
  z.object({ phase: z.literal("Aborted"), reason: z.string(), message: z.string(), at: At }),
  z.object({ phase: z.literal("Rejected"), reason: z.string(), message: z.string(), at: At }),
]);
export type RolloutState = z.infer<typeof RolloutState>;
export type Phase = RolloutState["phase"];
export type StateOf<P extends Phase> = Extract<RolloutState, { phase: P }>;

const Weights = z.array(
  z.object({
    key: z.string(),
    label: z.string(),
    role: z.enum(["stable", "canary", "other"]),
    weight: z.number(),
  }),
);

/** One decision, with what it rests on. */
const LedgerEntry = z.object({
  at: At,
  /** `engine`, `judge`, or the person who asked. */
  who: z.string(),
  level: z.enum(["ok", "warn", "fail", "info", "progress"]),
  title: z.string(),
  note: z.string().optional(),
  before: Weights.optional(),
  after: Weights.optional(),
  /** What a check that failed rests on. */
  evidence: z
    .object({
      queries: z.record(z.string(), z.string()),
      values: z.record(z.string(), z.number().nullable()),
      limits: z.record(z.string(), z.number()),
    })
    .optional(),
});
export type LedgerEntry = z.infer<typeof LedgerEntry>;

/** One check, with its numbers. */
const CheckEntry = z.object({
  at: At,
  step: z.int(),
  verdict: LastVerdict,
  reason: z.string(),
  /** The window that was judged begins here and ends at `at`. */
  from: At,
  values: z.object({
    requests: z.number().nullable(),
    /** Percent; null where there were no requests. */
    successRate: z.number().nullable(),
    /** Milliseconds; null where nothing was measured, absent from checks of earlier releases. */
    p50: z.number().nullable().default(null),
    p95: z.number().nullable().default(null),
    p99: z.number().nullable(),
    /** Percent of the requests that failed before they reached a canary; null without requests. */
    clientErrors: z.number().nullable(),
    stableSuccessRate: z.number().nullable(),
    /** Percent of the target's requests that the canary got. */
    share: z.number().nullable(),
  }),
  /** What webhooks said that are asked for yes or no. */
  hooks: z.array(z.object({ name: z.string(), type: z.string(), yes: z.boolean() })).optional(),
  /** What a judge that weighs evidence found: E values, over-dispersion, slowness. */
  numbers: z.record(z.string(), z.number().nullable()).optional(),
});
export type CheckEntry = z.infer<typeof CheckEntry>;

const OriginalRoute = z.object({
  route: z.object({
    name: z
      .string()
      .optional()
      .transform((name): string | undefined => name),
    index: z.int(),
    match: z.string(),
  }),
  destinations: z.array(z.object({ key: z.string(), weight: z.number().optional() })),
});
const Snapshot = OriginalRoute.extend({ more: z.array(OriginalRoute).optional() });
const StringRecord = z.record(z.string(), z.string());
const Rule = z.object({
  adds: z.array(z.string()),
  stable: StringRecord.nullable(),
  canary: StringRecord.nullable(),
});

/** Everything that a rollout remembers. Whoever holds it can go on with it. */
export const RolloutStatus = z.object({
  state: RolloutState,
  /** Who drives: grows with each change of leader. A smaller one may not write. */
  epoch: z.int(),
  /** How many writes were decided; makes their ids. */
  operations: z.int(),
  /** How many commands of the list have been looked at. */
  commandsSeen: z.int(),
  /** Ids of commands that were carried out or refused. */
  handled: z.array(z.string()),
  startedAt: At,
  startedBy: z.string(),
  /** The objects that are written, as they were found at the start; empty before it. */
  targets: z.array(RolloutTarget).default([]),
  /** What was there before, by `targetKey`: the routes of what has weights … */
  snapshots: z.record(z.string(), Snapshot).default({}),
  /** … and the subsets of DestinationRules. */
  rules: z.record(z.string(), Rule).default({}),
  /** Their versions at the start. */
  versions: StringRecord.default({}),
  /** The step that is over but for the others of the train; null where none is. */
  ready: z.int().nullable().default(null),
  /**
   * The write of the next step, decided with what came of the one before: it is stored already when
   * its time comes. Null where the next write is not known before.
   */
  prepared: Operation.nullable().default(null),
  /** The last weights that were confirmed, and when. */
  written: z
    .object({
      at: At,
      opId: z.string(),
      /** By `targetKey`. */
      versions: StringRecord.default({}),
      weights: Weights,
    })
    .nullable(),
  failures: z.object({ total: z.int(), consecutive: z.int() }),
  /** The same of numbers with limits of their own, by name. */
  limits: z.record(z.string(), z.object({ total: z.int(), consecutive: z.int() })).default({}),
  /** Whether weights that somebody else set were taken over, so that the share is none of a step. */
  adopted: z.boolean().default(false),
  /** Steps that were approved. */
  approved: z.array(z.int()).default([]),
  /** How often the canary was replaced while it was rolled out, plus one. */
  run: z.int().default(1),
  /** What the canary's pods run, to notice that it was replaced; null where that is unknown. */
  canaryRevision: z.string().nullable().default(null),
  /** What the sequential judge remembers; null before its first window. */
  evidence: JudgeMemory.nullable().default(null),
  /** Checks in a row that could not be asked. */
  queryErrors: z.int(),
  /** When weights were found changed from outside and set again. */
  reverts: z.array(At),
  steps: z.array(z.object({ step: z.int(), verifiedAt: At, passedAt: At.nullable() })),
  checks: z.array(CheckEntry),
  ledger: z.array(LedgerEntry),
  /** Fields of the plan that were edited since it was started; none of that counts. */
  edits: z.array(z.string()).default([]),
  /** The version of the plan's text that was compared with it last; null before the first. */
  planVersion: z.string().nullable().default(null),
  /** What is still to be told: it goes once it is delivered. */
  outbox: z.array(Notice).default([]),
});
export type RolloutStatus = z.infer<typeof RolloutStatus>;

/** What a person asks of a running rollout. `abort` stops with the weights as they are. */
export const CommandType = z.enum([
  "pause",
  "resume",
  "promote",
  "promoteFull",
  "stepBack",
  "rollback",
  "abort",
  "retry",
  "approve",
]);
export type CommandType = z.infer<typeof CommandType>;

/** One entry of the append-only list of commands. The same id twice is one command. */
export const Command = z.object({
  id: z.string().min(1).max(64),
  type: CommandType,
  by: z.string(),
  at: At,
  reason: z.string().max(500).optional(),
  /** Goes on without a check that passed. */
  force: z.boolean().optional(),
});
export type Command = z.infer<typeof Command>;

const TERMINAL: ReadonlySet<Phase> = new Set<Phase>([
  "Succeeded",
  "RolledBack",
  "Aborted",
  "Rejected",
]);

/** Whether the rollout has ended and owns its route no more. */
export const isTerminal = (status: RolloutStatus): boolean => TERMINAL.has(status.state.phase);

/** The status of a rollout that was just written. */
export const initialStatus = (startedBy: string, now: Instant): RolloutStatus => ({
  state: { phase: "Pending" },
  epoch: 0,
  operations: 0,
  commandsSeen: 0,
  handled: [],
  startedAt: now,
  startedBy,
  targets: [],
  snapshots: {},
  rules: {},
  versions: {},
  ready: null,
  prepared: null,
  written: null,
  failures: { total: 0, consecutive: 0 },
  limits: {},
  adopted: false,
  approved: [],
  run: 1,
  canaryRevision: null,
  evidence: null,
  queryErrors: 0,
  reverts: [],
  steps: [],
  checks: [],
  ledger: [],
  edits: [],
  planVersion: null,
  outbox: [],
});
