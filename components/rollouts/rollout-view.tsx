"use client";

import { useScopedHref } from "@/components/layout/use-namespace-scope";
import { Age } from "@/components/ui/age";
import { Badge } from "@/components/ui/badge";
import { ButtonLink } from "@/components/ui/button-link";
import { EmptyState } from "@/components/ui/empty-state";
import { ErrorState } from "@/components/ui/error-state";
import { PageHeader } from "@/components/ui/page-header";
import { Skeleton } from "@/components/ui/skeleton";
import { VerdictBlock } from "@/components/ui/verdict-block";
import { ChecksPanel } from "./checks-panel";
import { DriverNote } from "./driver-note";
import { EvidencePanel } from "./evidence-panel";
import { LedgerPanel } from "./ledger-panel";
import { NextPanel } from "./next-panel";
import { OwnerNote } from "./owner-note";
import { RolloutActions } from "./rollout-actions";
import { ShareTable } from "./share-table";
import { SignalsTable } from "./signals-table";
import { STORE_WORDS, stateWords } from "./state-words";
import { StepLadder } from "./step-ladder";
import { type RolloutDetail, useRollout, useSignals } from "./use-rollouts";

/** One rollout: where it stands, what it rests on, what happens next, and what was decided. */
export function RolloutView({ namespace, name }: { namespace: string; name: string }) {
  const ref = { namespace, name };
  const { data, error, refetch } = useRollout(ref);
  const signals = useSignals(ref);
  const scoped = useScopedHref();

  if (error && !data) {
    return (
      <>
        <PageHeader title={name} />
        <ErrorState error={error} onRetry={() => void refetch()} />
      </>
    );
  }
  if (data === undefined) {
    return (
      <>
        <PageHeader title={name} />
        <Skeleton label="The rollout is being read" rows={8} />
      </>
    );
  }
  if (data === null) {
    return (
      <>
        <PageHeader title={name} />
        <EmptyState
          title={`There is no rollout ${name} in ${namespace}`}
          action={<ButtonLink href={scoped("/rollouts")}>Show all rollouts</ButtonLink>}
        >
          It was deleted, or what held it was.
        </EmptyState>
      </>
    );
  }
  // Who wrote an object long ago says nothing here; who owns it does.
  const owned = data.owners.filter(({ owner, controllers }) => owner ?? controllers.length > 0);
  return (
    <>
      <Header rollout={data} />
      <Problem rollout={data} />
      <EditNote rollout={data} />
      {data.ended ? null : <OwnerNote owners={owned} drift={data.rollout.spec.drift} />}
      <DriverNote driver={data.driver} running={data.ended ? 0 : 1} />
      <StepLadder rollout={data} />
      <div className="qd-rollout-columns">
        <div className="min-w-0">
          <ShareTable rollout={data} signals={signals.data} />
          <SignalsTable rollout={data} signals={signals.data} />
          <EvidencePanel rollout={data} />
          <ChecksPanel rollout={data} />
        </div>
        <div className="min-w-0">
          <NextPanel rollout={data} />
          <LedgerPanel rollout={data} />
        </div>
      </div>
    </>
  );
}

function Header({ rollout }: { rollout: RolloutDetail }) {
  const { status, word } = stateWords(rollout.status.state);
  return (
    <PageHeader
      title={
        <>
          {rollout.service}{" "}
          <span className="font-mono text-lg">{`${rollout.stable} → ${rollout.canary}`}</span>
        </>
      }
      lead={
        <span className="inline-flex flex-wrap items-center gap-2">
          <Badge status={status}>
            <span role="status">{word}</span>
          </Badge>
          <span>
            {rollout.ref.namespace} · started by {rollout.startedBy}{" "}
            <Age at={rollout.status.startedAt} /> · kept in {STORE_WORDS[rollout.store]}
          </span>
        </span>
      }
      actions={<RolloutActions rollout={rollout} />}
    />
  );
}

/** Says that the plan was edited since it was started: people expect that to change something. */
function EditNote({ rollout: { ended, status, store, ref } }: { rollout: RolloutDetail }) {
  if (ended || status.edits.length === 0) return null;
  const fields = status.edits.join(", ");
  return (
    <VerdictBlock status="warn" title="The plan was edited; it goes on as it was started">
      {ref.name} is kept in {STORE_WORDS[store]}, which now says something else of{" "}
      <span className="font-mono">{fields}</span>. To run the edited plan, roll this one back,
      delete it and start the other.
    </VerdictBlock>
  );
}

/** What somebody must know first: why it stands, or why it ended. */
function Problem({ rollout }: { rollout: RolloutDetail }) {
  const { state } = rollout.status;
  const { stable, canary } = rollout;
  switch (state.phase) {
    case "Paused":
      if (state.reason === "Manual") return null;
      return (
        <VerdictBlock status="warn" title={`Paused: ${state.message}`}>
          Traffic stays as it is. Resume goes on at the same point, Roll back ends it.
        </VerdictBlock>
      );
    case "RollingBack":
    case "RolledBack":
      return (
        <VerdictBlock
          status={state.phase === "RolledBack" ? "warn" : "fail"}
          title={
            state.phase === "RolledBack"
              ? `${canary} was rolled back to ${stable}: ${state.message}`
              : `${canary} is being rolled back to ${stable}: ${state.message}`
          }
        >
          {rollout.live.weights?.map(({ label, weight }) => `${label} ${weight} %`).join(", ")}
        </VerdictBlock>
      );
    case "Rejected":
      return (
        <VerdictBlock status="fail" title={`Rejected: ${state.message}`}>
          Nothing was written.
        </VerdictBlock>
      );
    default:
      return null;
  }
}
