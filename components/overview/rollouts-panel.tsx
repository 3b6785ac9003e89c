"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { rolloutHref } from "@/components/layout/object-href";
import { useNamespaceScope, useScopedHref } from "@/components/layout/use-namespace-scope";
import { useTRPC } from "@/components/trpc/client";
import { Age } from "@/components/ui/age";
import { ButtonLink } from "@/components/ui/button-link";
import { EmptyState } from "@/components/ui/empty-state";
import { ErrorState } from "@/components/ui/error-state";
import { Panel } from "@/components/ui/panel";
import { ShareBar } from "@/components/ui/share-bar";
import { Skeleton } from "@/components/ui/skeleton";
import { Status } from "@/components/ui/status";
import type { StatusName } from "@/components/ui/status-glyph";
import type { RolloutSummary } from "@/server/rollouts/read-rollouts";

type Phase = RolloutSummary["state"]["phase"];

const PHASES: Record<Phase, { status: StatusName; word: string }> = {
  Pending: { status: "progress", word: "Starting" },
  Applying: { status: "progress", word: "Writing weights" },
  Verifying: { status: "progress", word: "Waiting for proxies" },
  Holding: { status: "progress", word: "Gathering evidence" },
  Paused: { status: "warn", word: "Paused" },
  Promoting: { status: "progress", word: "Promoting" },
  RollingBack: { status: "fail", word: "Going back" },
  Succeeded: { status: "ok", word: "Finished" },
  RolledBack: { status: "warn", word: "Rolled back" },
  Aborted: { status: "off", word: "Stopped" },
  Rejected: { status: "warn", word: "Not started" },
};

/** Rollouts that are under way, each with its step and share. */
export function RolloutsPanel() {
  const trpc = useTRPC();
  const scope = useNamespaceScope();
  const scoped = useScopedHref();
  const { data, error, refetch } = useQuery(
    trpc.rollouts.list.queryOptions(undefined, { meta: { live: ["rollouts"] } }),
  );
  const running = data?.rollouts.filter(
    ({ ended, ref }) => !ended && (scope.length === 0 || scope.includes(ref.namespace)),
  );
  return (
    <Panel title="Rollouts in progress" aside={running ? running.length : null}>
      {error ? <ErrorState error={error} onRetry={() => void refetch()} /> : null}
      {!running && !error ? <Skeleton label="Reading rollouts" rows={2} /> : null}
      {running?.length === 0 ? (
        <EmptyState
          title="No rollout is in progress"
          action={<ButtonLink href={scoped("/rollouts")}>Plan a rollout</ButtonLink>}
        >
          A rollout moves traffic to a new version in steps, and goes back by itself when the
          evidence is against it.
        </EmptyState>
      ) : null}
      {running && running.length > 0 ? (
        <ul>
          {running.map((rollout) => (
            <RolloutLine key={`${rollout.ref.namespace}/${rollout.ref.name}`} rollout={rollout} />
          ))}
        </ul>
      ) : null}
    </Panel>
  );
}

function RolloutLine({ rollout }: { rollout: RolloutSummary }) {
  const scoped = useScopedHref();
  const { ref, service, stable, canary, step, steps, share, state } = rollout;
  return (
    <li className="border-line py-2 not-first:border-t">
      <div className="flex flex-wrap items-center gap-x-2">
        <Link href={scoped(rolloutHref(ref))}>
          <b>{service}</b>
        </Link>
        <span className="text-ink-3">{ref.namespace}</span>
        <span className="font-mono text-xs">
          {stable} → {canary}
        </span>
        <span className="ml-auto">
          <Status status={PHASES[state.phase].status} label={PHASES[state.phase].word} />
        </span>
      </div>
      <div className="qd-rollout-line">
        <span className="text-ink-3">
          Step {step + 1} of {steps.length}
        </span>
        <ShareBar
          measured={share / 100}
          label={`${share} percent of requests are sent to ${canary}`}
        />
        <span>{share} %</span>
      </div>
      <p className="qd-note">
        {"message" in state ? (
          state.message
        ) : (
          <>
            started <Age at={rollout.startedAt} /> by {rollout.startedBy}
          </>
        )}
      </p>
    </li>
  );
}
