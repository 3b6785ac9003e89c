"use client";

import { Clock, Undo2 } from "lucide-react";
import type { ReactNode } from "react";
import { formatDuration } from "@/components/ui/format";
import { Icon } from "@/components/ui/icon";
import { Panel } from "@/components/ui/panel";
import { StatusGlyph } from "@/components/ui/status-glyph";
import { useNow } from "@/components/ui/use-now";
import { percent, stateWords, TIME, VERDICT_WORDS } from "./state-words";
import type { RolloutDetail } from "./use-rollouts";

function Entry({
  glyph,
  title,
  children,
}: {
  glyph: ReactNode;
  title: ReactNode;
  children?: ReactNode;
}) {
  return (
    <div className="qd-next">
      <span className="text-ink-3">{glyph}</span>
      <span>{title}</span>
      {children ? <span className="qd-note">{children}</span> : null}
    </div>
  );
}

/** How long until a time, in words; nothing once it has passed. */
function Countdown({ to }: { to: number }) {
  const now = useNow();
  return <>{now === 0 || to <= now ? "now" : `in ${formatDuration(to - now)}`}</>;
}

/** What the rollout waits for, what comes after that, and what would end it. */
export function NextPanel({ rollout }: { rollout: RolloutDetail }) {
  const { driver } = rollout;
  return (
    <Panel
      title="What happens next"
      aside={
        driver.type === "on" && driver.holder
          ? `driver ${driver.holder.split("_")[0] ?? ""}`
          : undefined
      }
    >
      <NowEntry rollout={rollout} />
      {rollout.ended ? null : <AfterEntry rollout={rollout} />}
      {rollout.ended || ["Paused", "RollingBack"].includes(rollout.status.state.phase) ? null : (
        <GuardEntry rollout={rollout} />
      )}
    </Panel>
  );
}

function NowEntry({ rollout }: { rollout: RolloutDetail }) {
  const { state } = rollout.status;
  const glyph = <StatusGlyph status={stateWords(state).status} />;
  switch (state.phase) {
    case "Holding": {
      const last = state.lastVerdict === null ? undefined : VERDICT_WORDS[state.lastVerdict];
      return (
        <Entry
          glyph={glyph}
          title={
            <>
              <b>Hold at {percent(state.share)}</b> until {TIME.format(state.holdUntil)},{" "}
              <Countdown to={state.holdUntil} />
            </>
          }
        >
          Next check <Countdown to={state.nextCheckAt} />
          {last
            ? `; the last one: ${last.word.toLowerCase()}`
            : "; none has been made at this step"}
          . It never advances for lack of data.
        </Entry>
      );
    }
    case "Pending":
    case "Applying":
    case "Promoting":
      return (
        <Entry glyph={glyph} title={<b>Write {percent(rollout.share)} to the VirtualService</b>}>
          The step’s clock starts once the weights are read back.
        </Entry>
      );
    case "Verifying":
      return (
        <Entry glyph={glyph} title={<b>Read the weights back</b>}>
          They are written; the API server does not show them yet.
        </Entry>
      );
    case "Paused":
      return (
        <Entry glyph={glyph} title={<b>Paused at {percent(state.share)}</b>}>
          {state.message}. Nothing is judged, and the step’s clock stands:{" "}
          {formatDuration(state.carry.holdLeft)} of the hold are left.
        </Entry>
      );
    case "RollingBack":
      return (
        <Entry glyph={glyph} title={<b>All traffic goes back to {rollout.stable}</b>}>
          {state.blocked?.message ?? state.message}
        </Entry>
      );
    default:
      return (
        <Entry glyph={glyph} title={<b>{stateWords(state).word}: nothing more happens</b>}>
          {state.message}
        </Entry>
      );
  }
}

function AfterEntry({ rollout }: { rollout: RolloutDetail }) {
  const { state } = rollout.status;
  if (state.phase === "RollingBack") return null;
  const next = rollout.steps[rollout.step + 1];
  const cutover = rollout.rollout.spec.finalise === "cutover" && rollout.share < 100;
  const title =
    state.phase === "Paused" ? (
      <>Resume goes on at the same point; nothing happens until somebody acts</>
    ) : next !== undefined ? (
      <>
        Then <b>{percent(next)}</b> to {rollout.canary}, if the last check passed
      </>
    ) : cutover ? (
      <>Then everything to {rollout.canary}</>
    ) : (
      <>Then it has succeeded; the weights stay</>
    );
  return <Entry glyph={<Icon of={Clock} size={14} />} title={title} />;
}

function GuardEntry({ rollout }: { rollout: RolloutDetail }) {
  const { failureLimit } = rollout.rollout.spec.analysis;
  return (
    <Entry
      glyph={<Icon of={Undo2} size={14} />}
      title={`Roll back by itself at failed check ${failureLimit}; ${rollout.failures} so far`}
    >
      At once if half of {rollout.canary}’s requests fail, more than 5&nbsp;% cannot be delivered,
      or it has no ready pod.
    </Entry>
  );
}
