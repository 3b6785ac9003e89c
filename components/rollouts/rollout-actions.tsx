"use client";

import { Check, Pause, Play, Undo2 } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Icon } from "@/components/ui/icon";
import { TextField } from "@/components/ui/text-field";
import type { CommandType } from "@/lib/rollout/status";
import { percent } from "./state-words";
import { type RolloutDetail, useRolloutCommand } from "./use-rollouts";

interface Question {
  readonly type: CommandType;
  readonly title: string;
  readonly verb: string;
  readonly text: string;
  readonly force?: boolean;
}

/** What a person can do with a running rollout; each button says what it does. */
export function RolloutActions({ rollout }: { rollout: RolloutDetail }) {
  const { send, pending } = useRolloutCommand(rollout.ref);
  const [question, setQuestion] = useState<Question>();
  const { state } = rollout.status;
  const readOnly = rollout.readOnly ? "Read-only: nothing is written" : undefined;
  const common = (type: CommandType) => ({ disabledReason: readOnly, pending: pending === type });
  const { service, stable, canary, ended, steps, step } = rollout;
  const asked = question ? (
    <Ask
      question={question}
      onClose={() => setQuestion(undefined)}
      onAnswer={(reason) => {
        setQuestion(undefined);
        send(question.type, {
          ...(reason ? { reason } : {}),
          ...(question.force ? { force: true } : {}),
        });
      }}
    />
  ) : null;

  if (ended) {
    if (state.phase === "Succeeded") return null;
    const retry: Question = {
      type: "retry",
      title: `Try ${service} ${canary} again?`,
      verb: `Retry from ${percent(steps[0] ?? 0)}`,
      text: "It begins anew at the first step, with nothing of the evidence so far.",
    };
    return (
      <>
        <Button {...common("retry")} onClick={() => setQuestion(retry)}>
          {retry.verb}
        </Button>
        {asked}
      </>
    );
  }
  if (state.phase === "RollingBack") return null;

  const judged = lastVerdictOf(state) === "pass";
  const next = steps[step + 1];
  const previous = step > 0 ? steps[step - 1] : undefined;
  const promote: Question = {
    type: next === undefined ? "promoteFull" : "promote",
    title: `Promote ${service} ${canary} to ${percent(next ?? 100)} now?`,
    verb: `Promote to ${percent(next ?? 100)}`,
    text: judged
      ? "The rest of this hold is left out; the last check passed."
      : "No check has passed at this step. It goes on without evidence, and the ledger says so.",
    force: !judged,
  };
  const promoteFull: Question = {
    type: "promoteFull",
    title: `Send everything to ${service} ${canary} now?`,
    verb: "Promote fully",
    text: `The steps that are left are skipped. ${judged ? "The last check passed." : "No check has passed at this step, and the ledger says so."}`,
    force: true,
  };
  const abort: Question = {
    type: "abort",
    title: `End the rollout of ${service} ${canary} here?`,
    verb: `Stop at ${percent(rollout.share)}`,
    text: "The weights stay as they are, and nobody watches them any more.",
  };
  const approve: Question = {
    type: "approve",
    title: `Approve the next step of ${service} ${canary}?`,
    verb: "Approve",
    text: `It may go on to ${percent(next ?? 100)}.`,
  };
  const back: Question | undefined =
    previous === undefined
      ? undefined
      : {
          type: "stepBack",
          title: `Take ${service} ${canary} back to ${percent(previous)}?`,
          verb: `Step back to ${percent(previous)}`,
          text: "The step begins anew.",
        };
  const rollback: Question = {
    type: "rollback",
    title: `Roll ${service} back to ${stable}?`,
    verb: `Roll back to ${stable}`,
    text: `${canary} loses its ${percent(rollout.share)} at once. The rollout ends; it can be tried again.`,
  };

  const pause: Question = {
    type: "pause",
    title: `Pause ${service} ${canary} at ${percent(rollout.share)}?`,
    verb: `Pause at ${percent(rollout.share)}`,
    text: "The weights stay, and the step’s clock stands until somebody resumes.",
  };
  const resume: Question = {
    type: "resume",
    title: `Resume ${service} ${canary} at ${percent(rollout.share)}?`,
    verb: `Resume at ${percent(rollout.share)}`,
    text: "It goes on at the same point: what was left of the hold is left still.",
  };

  return (
    <>
      {state.phase === "Paused" ? (
        <>
          {state.reason === "Approval" ? (
            <Button
              variant="primary"
              {...common("approve")}
              icon={<Icon of={Check} />}
              onClick={() => setQuestion(approve)}
            >
              Approve
            </Button>
          ) : null}
          <Button
            {...common("resume")}
            icon={<Icon of={Play} />}
            onClick={() => setQuestion(resume)}
          >
            Resume
          </Button>
        </>
      ) : (
        <Button {...common("pause")} icon={<Icon of={Pause} />} onClick={() => setQuestion(pause)}>
          Pause
        </Button>
      )}
      {back ? (
        <Button {...common("stepBack")} onClick={() => setQuestion(back)}>
          {back.verb}
        </Button>
      ) : null}
      <Button {...common(promote.type)} onClick={() => setQuestion(promote)}>
        {promote.verb}
      </Button>
      {next === undefined ? null : (
        <Button {...common("promoteFull")} onClick={() => setQuestion(promoteFull)}>
          {promoteFull.verb}
        </Button>
      )}
      <Button {...common("abort")} onClick={() => setQuestion(abort)}>
        {abort.verb}
      </Button>
      <Button
        {...common("rollback")}
        icon={<Icon of={Undo2} />}
        onClick={() => setQuestion(rollback)}
      >
        {rollback.verb}
      </Button>
      {asked}
    </>
  );
}

function lastVerdictOf(state: RolloutDetail["status"]["state"]) {
  if (state.phase === "Holding") return state.lastVerdict;
  return state.phase === "Paused" ? state.carry.lastVerdict : null;
}

function Ask({
  question,
  onClose,
  onAnswer,
}: {
  question: Question;
  onClose: () => void;
  onAnswer: (reason: string) => void;
}) {
  const [reason, setReason] = useState("");
  return (
    <Dialog
      open
      onClose={onClose}
      title={question.title}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" onClick={() => onAnswer(reason.trim())}>
            {question.verb}
          </Button>
        </>
      }
    >
      <p>{question.text}</p>
      <TextField
        label="Reason, kept in the ledger"
        value={reason}
        maxLength={500}
        onChange={(event) => setReason(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter") onAnswer(reason.trim());
        }}
      />
    </Dialog>
  );
}
