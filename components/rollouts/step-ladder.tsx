"use client";

import { formatDuration } from "@/components/ui/format";
import { Status } from "@/components/ui/status";
import { percent, TIME } from "./state-words";
import type { RolloutDetail } from "./use-rollouts";

type StepState = "passed" | "now" | "ahead";

/** The steps of the plan: which passed, which is under way, which are ahead. */
export function StepLadder({ rollout }: { rollout: RolloutDetail }) {
  const { spec } = rollout.rollout;
  const { state, steps } = rollout.status;
  const running = !rollout.ended && state.phase !== "RollingBack";
  const failed = state.phase === "RolledBack" || state.phase === "RollingBack";
  const reached = Math.max(-1, ...steps.map(({ step }) => step));
  return (
    <ol className="qd-ladder" aria-label="Steps">
      {spec.steps.map(({ weight, mirror, hold, approval }, index) => {
        const entry = steps.find(({ step }) => step === index);
        const passed = entry !== undefined && entry.passedAt !== null;
        const now = running && index === rollout.step;
        const mode: StepState = now ? "now" : passed ? "passed" : "ahead";
        return (
          <li
            key={index}
            data-step={mode}
            data-mirror={mirror === undefined ? undefined : ""}
            aria-current={now ? "step" : undefined}
          >
            <span
              className="qd-ladder-bar"
              aria-hidden
              style={{ height: 4 + (mirror ?? weight) * 0.72 }}
            />
            <span className="qd-ladder-label">
              <b>{mirror === undefined ? percent(weight) : `copies of ${percent(mirror)}`}</b>
              {now ? (
                state.phase === "Paused" ? (
                  <Status status="off" label="paused" />
                ) : (
                  <Status status="progress" label="now" />
                )
              ) : passed ? (
                <Status status="ok" label="passed" />
              ) : failed && index === reached ? (
                <Status status="fail" label="rolled back" />
              ) : null}
            </span>
            <span className="qd-note">
              {entry ? (
                <>
                  {TIME.format(entry.verifiedAt)}
                  {entry.passedAt !== null
                    ? ` passed in ${formatDuration(entry.passedAt - entry.verifiedAt)}`
                    : now
                      ? ` in place`
                      : ""}
                </>
              ) : (
                `${approval && !rollout.status.approved.includes(index) ? "needs an approval, " : ""}hold ${formatDuration(hold * 1000)}`
              )}
            </span>
          </li>
        );
      })}
    </ol>
  );
}
