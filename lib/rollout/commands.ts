import { shutGate, toApprove } from "./gate";
import { unconfirmed } from "./hooks";
import { promote } from "./ending";
import { advance, beginStep, resume } from "./progress";
import { rollBack } from "./rollback";
import {
  type Command,
  type CommandType,
  isTerminal,
  type LedgerEntry,
  type Phase,
  type RolloutStatus,
} from "./status";
import { stopClock } from "./step-clock";
import {
  become,
  currentShare,
  currentStep,
  isBaking,
  ledgerWith,
  pausedState,
  type Run,
  type Transition,
} from "./transition";

/** As many as the list may hold. */
const HANDLED_LENGTH = 500;

/** Those that nobody has dealt with, wherever in the list they were put. */
const pending = ({ status, observed }: Run): readonly Command[] =>
  observed.commands.filter(
    ({ id }, index) => index >= status.commandsSeen || !status.handled.includes(id),
  );

/** The run in which these commands, the first of the pending ones, were dealt with. */
function taken(run: Run, commands: readonly Command[]): Run {
  const { status, observed } = run;
  return {
    ...run,
    status: {
      ...status,
      commandsSeen: Math.min(observed.commands.length, status.commandsSeen + commands.length),
      handled: [...status.handled, ...commands.map(({ id }) => id)].slice(-HANDLED_LENGTH),
    },
  };
}

const noted = (run: Run, entry: Omit<LedgerEntry, "at">): Run => ({
  ...run,
  status: { ...run.status, ledger: ledgerWith(run, entry) },
});

/** A rollback or an abort among the pending commands: it wins over all of them (R6). */
export function obeyUrgent(run: Run): Transition | undefined {
  const waiting = pending(run);
  const fresh = waiting.filter(({ id }) => !run.status.handled.includes(id));
  const command =
    fresh.find(({ type }) => type === "rollback") ?? fresh.find(({ type }) => type === "abort");
  if (!command || isTerminal(run.status) || run.status.state.phase === "RollingBack") {
    return undefined;
  }
  const overruled = new Set(fresh.filter((other) => other !== command).map(({ type }) => type));
  const obeyed = taken(run, waiting);
  const note = [
    command.reason,
    overruled.size > 0 ? `overrules ${[...overruled].join(", ")}` : undefined,
  ]
    .filter((text) => text !== undefined)
    .join("; ");
  if (run.status.state.phase === "Pending") return stop(obeyed, command, note);
  if (command.type === "abort") return stop(obeyed, command, note);
  return rollBack(obeyed, {
    reason: "Manual",
    message: note || `asked for by ${command.by}`,
    who: command.by,
  });
}

/** Ends the rollout with the weights as they are. */
function stop(run: Run, command: Command, note: string): Transition {
  const share = currentShare(run.status);
  const message = `the canary keeps ${share} %`;
  return become(run, {
    state: { phase: "Aborted", reason: "Manual", message, at: run.now },
    ledger: ledgerWith(run, {
      who: command.by,
      level: "warn",
      title: "Aborted, weights stay",
      note: [message, note].filter(Boolean).join("; "),
    }),
  });
}

/** The next pending command, carried out or refused with the reason; undefined where none waits. */
export function obeyNext(run: Run): Transition | undefined {
  const [command] = pending(run);
  if (!command) return undefined;
  const after = taken(run, [command]);
  if (run.status.handled.includes(command.id)) return become(after, {});
  const outcome = COMMANDS[command.type](after, command);
  if (typeof outcome !== "string") return outcome;
  return become(
    noted(after, {
      who: command.by,
      level: "info",
      title: `${command.type} was not carried out`,
      note: outcome,
    }),
    {},
  );
}

/** Carries a command out, or says why it cannot. */
type Obey = (run: Run, command: Command) => Transition | string;

const RUNNING: ReadonlySet<Phase> = new Set<Phase>(["Applying", "Verifying", "Holding"]);

const COMMANDS: Readonly<Record<CommandType, Obey>> = {
  pause(run, command) {
    if (!RUNNING.has(run.status.state.phase)) return "the rollout does not run";
    const carry = stopClock(run.rollout, run.status.state, run.now);
    const message = command.reason ?? `paused by ${command.by}`;
    return become(run, {
      state: pausedState(run, { reason: "Manual", message, carry }),
      ledger: ledgerWith(run, {
        who: command.by,
        level: "info",
        title: `Paused at ${currentShare(run.status)} %`,
        ...(command.reason ? { note: command.reason } : {}),
      }),
    });
  },

  resume(run, command) {
    const { state } = run.status;
    if (state.phase !== "Paused") return "the rollout is not paused";
    if (run.observed.suspended) return SUSPENDED;
    return resume(run, state, { who: command.by, note: command.reason });
  },

  approve(run, command) {
    const { rollout, status } = run;
    if (rollout.spec.fourEyes && command.by === status.startedBy) {
      return `${command.by} started it; somebody else must approve`;
    }
    const next = toApprove(rollout, status);
    if (next === undefined || isTerminal(status)) return "no step waits for approval";
    const step = rollout.spec.steps[next];
    const approved: Run = { ...run, status: { ...status, approved: [...status.approved, next] } };
    const told = noted(approved, {
      who: command.by,
      level: "ok",
      title: `Approved ${step ? `${step.weight} %` : "the end"}`,
      ...(command.reason ? { note: command.reason } : {}),
    });
    const { state } = status;
    if (state.phase !== "Paused" || state.reason !== "Approval") return become(told, {});
    return resume(told, state, { who: command.by });
  },

  promote(run, command) {
    const refused = mayAdvance(run, command);
    if (refused) return refused;
    return advance(run, { who: command.by, note: promoteNote(command) });
  },

  promoteFull(run, command) {
    const refused = mayAdvance(run, command);
    if (refused) return refused;
    if (isBaking(run.status.state)) {
      return advance(run, { who: command.by, note: promoteNote(command) });
    }
    return promote(run, {
      who: command.by,
      title: "Promote: 100 % to the canary",
      note: promoteNote(command),
    });
  },

  stepBack(run, command) {
    const { state } = run.status;
    if (!RUNNING.has(state.phase) && state.phase !== "Paused") return "the rollout does not run";
    if (run.observed.suspended) return SUSPENDED;
    const step = currentStep(state);
    if (step === 0) return "this is the first step; roll back instead";
    const steps = run.status.steps.filter((entry) => entry.step < step - 1);
    return beginStep({ ...run, status: { ...run.status, steps } }, step - 1, {
      who: command.by,
      title: "Step back",
      ...(command.reason ? { note: command.reason } : {}),
    });
  },

  retry(run, command) {
    const { phase } = run.status.state;
    if (!isTerminal(run.status) || phase === "Succeeded") return "the rollout has not failed";
    const again: Partial<RolloutStatus> = {
      state: { phase: "Pending" },
      prepared: null,
      startedAt: run.now,
      startedBy: command.by,
      written: null,
      failures: { total: 0, consecutive: 0 },
      limits: {},
      queryErrors: 0,
      reverts: [],
      steps: [],
      evidence: null,
      approved: [],
    };
    return become(
      noted(run, {
        who: command.by,
        level: "info",
        title: "Retry from the first step",
        ...(command.reason ? { note: command.reason } : {}),
      }),
      again,
    );
  },

  rollback: (run) =>
    run.status.state.phase === "RollingBack"
      ? "it is rolling back already"
      : "the rollout has ended",

  abort: (run) =>
    run.status.state.phase === "RollingBack"
      ? "it is rolling back; that is not stopped"
      : "the rollout has ended",
};

const SUSPENDED = "spec.suspend is set; take that back first";

const promoteNote = ({ reason, force }: Command): string =>
  [reason, force ? "forced" : undefined].filter((text) => text !== undefined).join("; ") ||
  "asked for";

/** Why a rollout may not advance by hand; undefined where it may. */
function mayAdvance(run: Run, { force }: Command): string | undefined {
  const { state } = run.status;
  if (!RUNNING.has(state.phase) && state.phase !== "Paused") return "the rollout does not run";
  if (run.observed.suspended) return SUSPENDED;
  if (force) return undefined;
  const shut = isBaking(state) ? undefined : shutGate(run);
  if (shut) return `${shut.message}; force it to go on`;
  const closed = isBaking(state) ? undefined : unconfirmed(run);
  if (closed !== undefined) return `${closed}; force it to go on`;
  const verdict = stopClock(run.rollout, state, run.now).lastVerdict;
  return verdict === "pass" ? undefined : "no check has passed at this step; force it to go on";
}
