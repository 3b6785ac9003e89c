"use client";

import { Age } from "@/components/ui/age";
import { EmptyState } from "@/components/ui/empty-state";
import { ErrorState } from "@/components/ui/error-state";
import { Message } from "@/components/ui/message";
import { Panel } from "@/components/ui/panel";
import { Skeleton } from "@/components/ui/skeleton";
import { StatusGlyph } from "@/components/ui/status-glyph";
import { VerdictBlock } from "@/components/ui/verdict-block";
import type { Gap } from "@/server/overview/collect-incidents";
import { IncidentItem } from "./incident-item";
import { useIncidents } from "./use-incidents";

/** All trouble, worst first; what could not be looked at stands above it. */
export function IncidentList() {
  const { data, error, refetch, dataUpdatedAt } = useIncidents();
  return (
    <Panel
      title="Incidents"
      note="worst first"
      aside={
        dataUpdatedAt > 0 ? (
          <>
            evaluated <Age at={dataUpdatedAt} />
          </>
        ) : null
      }
    >
      {error ? <ErrorState error={error} onRetry={() => void refetch()} /> : null}
      {!data && !error ? <Skeleton label="Looking for trouble" rows={4} /> : null}
      {data ? <Gaps gaps={data.gaps} /> : null}
      {data && data.incidents.length === 0 ? <Quiet gaps={data.gaps} /> : null}
      {data && data.incidents.length > 0 ? (
        <ol>
          {data.incidents.map((incident) => (
            <IncidentItem key={incident.id} incident={incident} />
          ))}
        </ol>
      ) : null}
    </Panel>
  );
}

function Gaps({ gaps }: { gaps: readonly Gap[] }) {
  if (gaps.length === 0) return null;
  const subjects = gaps.map(({ subject }) => subject).join(", ");
  return (
    <div className="mb-2">
      <VerdictBlock status="unknown" title={`Not looked at: ${subjects}`}>
        {gaps.map(({ subject, message, hint }) => (
          <p key={subject}>
            {message}. {hint}
          </p>
        ))}
      </VerdictBlock>
    </div>
  );
}

function Quiet({ gaps }: { gaps: readonly Gap[] }) {
  if (gaps.length > 0) {
    return (
      <EmptyState title="Nothing needs you in what could be looked at">
        Read above what is missing before you rely on it.
      </EmptyState>
    );
  }
  return (
    <Message glyph={<StatusGlyph status="ok" />} title="Nothing needs you">
      <p>
        No service fails or is degraded, every proxy has its configuration, and no configuration has
        errors or warnings.
      </p>
    </Message>
  );
}
