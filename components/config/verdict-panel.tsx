"use client";

import { Age } from "@/components/ui/age";
import { ErrorState } from "@/components/ui/error-state";
import { Panel } from "@/components/ui/panel";
import { VerdictBlock } from "@/components/ui/verdict-block";
import type { Verdict } from "@/server/config/verdict";
import type { DraftChecks } from "./use-draft-checks";

/** What the cluster itself says of the draft, before anything is written. */
export function VerdictPanel({
  checks: { dryRun, fresh, report },
  dirty,
  conflict,
}: {
  checks: DraftChecks;
  dirty: boolean;
  conflict: boolean;
}) {
  const current = dirty && !conflict && fresh ? dryRun.data : undefined;
  return (
    <Panel
      title="Server's verdict"
      aside={
        current ? (
          <>
            dry-run <Age at={current.at} />, {current.tookMs} ms
          </>
        ) : undefined
      }
    >
      {current ? (
        <VerdictView verdict={current.verdict} />
      ) : dryRun.isError && dirty ? (
        <ErrorState error={dryRun.error} onRetry={() => void dryRun.refetch()} />
      ) : (
        <p className="qd-note">
          {waitingFor({ dirty, conflict, asking: dryRun.isFetching, report })}
        </p>
      )}
    </Panel>
  );
}

function waitingFor({
  dirty,
  conflict,
  asking,
  report,
}: {
  dirty: boolean;
  conflict: boolean;
  asking: boolean;
  report: DraftChecks["report"];
}): string {
  if (!dirty) return "Asked as soon as something is changed.";
  if (conflict) return "Asked when the draft is rebased.";
  if (asking) return "Asking the server.";
  if (report?.unsendable ?? report?.findings.some(({ level }) => level === "Error")) {
    return "Asked when the errors are fixed.";
  }
  return "Asked when typing rests.";
}

function VerdictView({ verdict }: { verdict: Verdict }) {
  switch (verdict.type) {
    case "accepted":
      return <Accepted warnings={verdict.warnings} />;
    case "refused":
      return (
        <VerdictBlock status="fail" title="Refused">
          <code>{verdict.message}</code> {verdict.hint}
          <ul className="m-0 pl-4">
            {verdict.causes.map(({ field, message, line, column }) => (
              <li key={`${field}:${message}`}>
                <code>
                  {line}:{column} {field}: {message}
                </code>
              </li>
            ))}
          </ul>
        </VerdictBlock>
      );
    case "conflict":
      return (
        <VerdictBlock status="warn" title="The object changed meanwhile">
          {verdict.message}
        </VerdictBlock>
      );
    case "blocked":
      return <p className="qd-note">{verdict.reason}</p>;
  }
}

function Accepted({ warnings }: { warnings: readonly string[] }) {
  const method = (
    <>
      <code>dryRun=All</code>, <code>fieldValidation=Strict</code>
    </>
  );
  if (warnings.length === 0) {
    return (
      <VerdictBlock status="ok" title="Accepted">
        {method}: schema, admission and version were checked; nothing was stored.
      </VerdictBlock>
    );
  }
  return (
    <VerdictBlock
      status="warn"
      title={`Accepted with ${warnings.length} ${warnings.length === 1 ? "warning" : "warnings"}`}
    >
      {method}.
      {warnings.map((warning) => (
        <p key={warning} className="m-0!">
          <code>{warning}</code>
        </p>
      ))}
    </VerdictBlock>
  );
}
