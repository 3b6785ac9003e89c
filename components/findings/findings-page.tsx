"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useNamespaceScope, useScopedHref } from "@/components/layout/use-namespace-scope";
import { useTRPC } from "@/components/trpc/client";
import { Age } from "@/components/ui/age";
import { ButtonLink } from "@/components/ui/button-link";
import { EmptyState } from "@/components/ui/empty-state";
import { ErrorState } from "@/components/ui/error-state";
import { formatNumber } from "@/components/ui/format";
import { PageHeader } from "@/components/ui/page-header";
import { Skeleton } from "@/components/ui/skeleton";
import { VerdictBlock } from "@/components/ui/verdict-block";
import type { FindingList } from "@/server/config/finding-list";
import { filterFindings } from "./arrange-findings";
import { FindingPanel } from "./finding-panel";
import { FindingsTable } from "./findings-table";
import { FindingsToolbar } from "./findings-toolbar";
import { useFindingsState } from "./use-findings-state";

/** Everything that is wrong with the configuration of the mesh, worst first. */
export function FindingsPage() {
  const [state, setState] = useFindingsState();
  const trpc = useTRPC();
  const scoped = useScopedHref();
  const namespaces = [...useNamespaceScope()].sort();
  const { data, error, refetch } = useQuery(
    trpc.findings.list.queryOptions(
      { namespaces },
      { placeholderData: keepPreviousData, meta: { live: ["mesh"] } },
    ),
  );
  const all = state.suppressed ? data?.suppressed : data?.rows;
  const rows = useMemo(() => filterFindings(all ?? [], state), [all, state]);
  const opened = all?.find(({ id }) => id === state.finding);

  return (
    <div className="qd-flush qd-findings">
      <section className="qd-findings-list" aria-label="All findings">
        <PageHeader
          title="Findings"
          lead={data ? leadOf(data) : null}
          actions={
            <>
              {data ? (
                <span className="qd-note">
                  analysed <Age at={data.at} />, from the live objects
                </span>
              ) : null}
              <ButtonLink variant="quiet" href={scoped("/findings/rules")}>
                All rules
              </ButtonLink>
            </>
          }
        />
        {data ? <MissingKinds list={data} /> : null}
        {data ? (
          data.total === 0 && data.suppressedTotal === 0 ? (
            <NothingFound ready={data.ready} namespaces={namespaces} />
          ) : (
            <>
              <FindingsToolbar state={state} setState={setState} list={data} rows={rows} />
              {data.total === 0 && !state.suppressed ? (
                <NothingFound ready={data.ready} namespaces={namespaces} />
              ) : (
                <FindingsTable rows={rows} list={data} state={state} setState={setState} />
              )}
            </>
          )
        ) : error ? (
          <ErrorState
            error={error}
            onRetry={() => void refetch()}
            title="The findings cannot be read"
          >
            Topology and proxies go on without them.
          </ErrorState>
        ) : (
          <Skeleton label="Analysing the mesh" rows={8} />
        )}
      </section>
      {opened ? (
        <FindingPanel
          key={opened.id}
          finding={opened}
          onClose={() => void setState({ finding: null })}
        />
      ) : null}
    </div>
  );
}

function leadOf({ summary, total, suppressedTotal }: FindingList): string {
  if (total === 0) {
    return suppressedTotal === 0 ? "Nothing is wrong." : "Nothing is wrong that is not suppressed.";
  }
  const count = (number: number, one: string) =>
    `${formatNumber(number)} ${one}${number === 1 ? "" : "s"}`;
  return [
    count(summary.errors, "error"),
    count(summary.warnings, "warning"),
    count(summary.infos, "note"),
  ].join(", ");
}

function MissingKinds({ list: { problems } }: { list: FindingList }) {
  if (problems.length === 0) return null;
  const kinds = problems.map(({ kind }) => kind).join(", ");
  const forbidden = problems.every((problem) => problem.forbidden);
  return (
    <div className="mb-3">
      <VerdictBlock
        status="unknown"
        title={forbidden ? `You may not read ${kinds}` : `${kinds} cannot be read`}
      >
        What depends on them is not judged here. {problems[0]?.message}
      </VerdictBlock>
    </div>
  );
}

function NothingFound({ ready, namespaces }: { ready: boolean; namespaces: readonly string[] }) {
  if (!ready) {
    return (
      <EmptyState title="The cluster is being read">
        Findings appear when every kind was listed once.
      </EmptyState>
    );
  }
  const scope = namespaces.length > 0 ? ` in ${namespaces.join(", ")}` : "";
  return (
    <EmptyState title={`Nothing is wrong with the configuration${scope}`}>
      Every rule was run on every object of this scope.
    </EmptyState>
  );
}
