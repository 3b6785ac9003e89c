"use client";

import { Plus } from "lucide-react";
import { useNamespaceScope, useScopedHref } from "@/components/layout/use-namespace-scope";
import { Age } from "@/components/ui/age";
import { ButtonLink } from "@/components/ui/button-link";
import { type Column, DataTable } from "@/components/ui/data-table";
import { EmptyState } from "@/components/ui/empty-state";
import { ErrorState } from "@/components/ui/error-state";
import { formatCount } from "@/components/ui/format";
import { Icon } from "@/components/ui/icon";
import { PageHeader } from "@/components/ui/page-header";
import { Panel } from "@/components/ui/panel";
import { ShareBar } from "@/components/ui/share-bar";
import { Skeleton } from "@/components/ui/skeleton";
import { Status } from "@/components/ui/status";
import { VerdictBlock } from "@/components/ui/verdict-block";
import { StorageNote } from "./storage-note";
import { DriverNote } from "./driver-note";
import { percent, rolloutHref, stateWords } from "./state-words";
import { type RolloutSummary, useRollouts } from "./use-rollouts";

const COLUMNS: readonly Column<RolloutSummary>[] = [
  {
    key: "name",
    header: "Rollout",
    cell: ({ service, stable, canary }) => (
      <>
        {service} <span className="font-mono">{`${stable} → ${canary}`}</span>
      </>
    ),
    sortValue: ({ service, canary }) => `${service} ${canary}`,
  },
  {
    key: "namespace",
    header: "Namespace",
    cell: ({ ref }) => ref.namespace,
    sortValue: ({ ref }) => ref.namespace,
    className: "max-wide:hidden",
  },
  {
    key: "state",
    header: "State",
    cell: ({ state }) => {
      const { status, word } = stateWords(state);
      return <Status status={status} label={word} />;
    },
    sortValue: ({ state }) => stateWords(state).word,
  },
  {
    key: "bar",
    header: "Share of the canary",
    cell: ({ share, canary, ended, state }) => (
      <ShareBar
        measured={share / 100}
        tone={ended && state.phase === "Succeeded" ? "ok" : "canary"}
        label={`${percent(share)} to ${canary}`}
      />
    ),
    className: "w-48 max-wide:hidden",
  },
  {
    key: "share",
    header: "Share",
    numeric: true,
    cell: ({ share }) => percent(share),
    sortValue: ({ share }) => share,
  },
  {
    key: "step",
    header: "Step",
    numeric: true,
    cell: ({ step, steps, ended }) => (ended ? "" : `${step + 1} of ${steps.length}`),
  },
  {
    key: "failures",
    header: "Failed checks",
    numeric: true,
    cell: ({ failures }) => failures,
    sortValue: ({ failures }) => failures,
    className: "max-wide:hidden",
  },
  {
    key: "started",
    header: "Started",
    cell: ({ startedAt, startedBy }) => (
      <>
        <Age at={startedAt} /> <span className="text-ink-3">by {startedBy}</span>
      </>
    ),
    sortValue: ({ startedAt }) => startedAt,
  },
];

/** Every rollout of the mesh, the running ones first. */
export function RolloutList() {
  const { data, error, refetch } = useRollouts();
  const scope = useNamespaceScope();
  const scoped = useScopedHref();
  const shown = data?.rollouts.filter(
    ({ ref }) => scope.length === 0 || scope.includes(ref.namespace),
  );
  const running = shown?.filter(({ ended }) => !ended) ?? [];
  const create = (
    <ButtonLink href={scoped("/rollouts/new")} variant="primary">
      <Icon of={Plus} /> New canary
    </ButtonLink>
  );
  return (
    <>
      <PageHeader
        title="Rollouts"
        lead={
          shown && shown.length > 0
            ? `${formatCount(running.length, "canary", "canaries")} under way, ${shown.length - running.length} ended`
            : undefined
        }
        actions={data ? create : null}
      />
      {data ? <DriverNote driver={data.driver} running={running.length} /> : null}
      {data?.unreadable.map(({ ref, problem }) => (
        <VerdictBlock
          key={rolloutHref(ref)}
          status="fail"
          title={`${ref.namespace}/${ref.name} cannot be read`}
        >
          {problem}. Mend or delete what holds it.
        </VerdictBlock>
      ))}
      {data?.waiting.map(({ ref, by }) => (
        <VerdictBlock
          key={rolloutHref(ref)}
          status="progress"
          title={`${ref.namespace}/${ref.name} waits for a driver`}
        >
          {by} applied it; it starts as soon as a replica that drives rollouts has looked at it.
        </VerdictBlock>
      ))}
      {data ? <StorageNote namespace={scope[0] ?? shown?.[0]?.ref.namespace ?? "default"} /> : null}
      <Panel title="All rollouts">
        {error && !data ? (
          <ErrorState error={error} onRetry={() => void refetch()} />
        ) : !shown || !data ? (
          <Skeleton label="Rollouts are being read" />
        ) : shown.length === 0 && data.ready ? (
          <EmptyState
            title={scope.length > 0 ? "No rollout in the chosen namespaces" : "No rollout yet"}
            action={create}
          >
            A canary sends a growing share of requests to a new version, and takes it back when the
            version fails.
          </EmptyState>
        ) : (
          <DataTable
            label="Rollouts"
            columns={COLUMNS}
            rows={shown}
            rowKey={({ ref }) => `${ref.namespace}/${ref.name}`}
            rowHref={({ ref }) => scoped(rolloutHref(ref))}
          />
        )}
      </Panel>
    </>
  );
}
