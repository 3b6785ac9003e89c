"use client";

import type { EditorFinding } from "@/components/editor/editor-finding";
import { Button } from "@/components/ui/button";
import { ErrorState } from "@/components/ui/error-state";
import { SectionHeader } from "@/components/ui/section-header";
import { Status } from "@/components/ui/status";
import type { StatusName } from "@/components/ui/status-glyph";
import { countLevels } from "@/lib/analysis/finding";
import { ElsewhereFindings } from "./elsewhere-findings";
import { FindingRow } from "./finding-row";
import type { DraftChecks } from "./use-draft-checks";

const LEVELS: readonly {
  readonly status: StatusName;
  readonly key: "errors" | "warnings" | "infos";
  readonly one: string;
  readonly many: string;
}[] = [
  { status: "fail", key: "errors", one: "error", many: "errors" },
  { status: "warn", key: "warnings", one: "warning", many: "warnings" },
  { status: "info", key: "infos", one: "note", many: "notes" },
];

/** What is wrong with the draft, worst first, each at its place. */
export function FindingsPane({
  checks,
  findings,
  onGoTo,
  onFix,
}: {
  checks: DraftChecks;
  findings: readonly EditorFinding[];
  onGoTo: (line: number, column: number) => void;
  /** Takes the whole text with the fix in it. */
  onFix: (text: string) => void;
}) {
  const { analysis, fresh, report, analysedText } = checks;
  const counts = countLevels(findings);
  const present = LEVELS.filter(({ key }) => counts[key] > 0);
  return (
    <section
      className="qd-config-findings"
      aria-label="Findings"
      aria-busy={!fresh && !analysis.isError}
    >
      <SectionHeader
        title="Findings"
        note={
          <span className="flex gap-3" aria-live="polite">
            {present.map(({ status, key, one, many }) => (
              <Status
                key={key}
                status={status}
                label={`${counts[key]} ${counts[key] === 1 ? one : many}`}
              />
            ))}
            {report && present.length === 0 ? <Status status="ok" label="none" /> : null}
          </span>
        }
        aside={
          report
            ? `draft against snapshot ${report.meshVersion}${fresh ? "" : ", checking the newest text"}`
            : undefined
        }
      />
      {analysis.isError ? (
        <ErrorState
          error={analysis.error}
          title="The draft could not be checked"
          onRetry={() => void analysis.refetch()}
        >
          Your text is kept; editing goes on without findings.
        </ErrorState>
      ) : null}
      <ul className="m-0 list-none p-0">
        {findings.map((finding) => (
          <FindingRow
            key={`${finding.rule}:${finding.line}:${finding.column}:${finding.path}:${finding.message}`}
            finding={finding}
            onGoTo={onGoTo}
            actions={
              fresh
                ? finding.fixes.map(({ title, changes }) => (
                    <Button
                      key={title}
                      size="small"
                      onClick={() => onFix(withChanges(analysedText, changes))}
                    >
                      {title}
                    </Button>
                  ))
                : null
            }
          />
        ))}
      </ul>
      <ElsewhereFindings findings={report?.elsewhere ?? []} />
    </section>
  );
}

/** Changes do not overlap; from the last to the first, so that offsets stay right. */
const withChanges = (text: string, changes: EditorFinding["fixes"][number]["changes"]): string =>
  changes
    .toSorted((a, b) => b.start - a.start)
    .reduce(
      (current, { start, end, text: put }) => current.slice(0, start) + put + current.slice(end),
      text,
    );
