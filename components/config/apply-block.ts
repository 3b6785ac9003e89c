import type { TextFinding } from "@/lib/analysis/finding";
import type { DraftReport } from "@/server/config/draft-report";
import type { Verdict } from "@/server/config/verdict";

/** What decides whether a draft can be written. */
export interface ApplyQuestion {
  readonly dirty: boolean;
  readonly isNew: boolean;
  readonly readOnly: boolean;
  /** Whether the findings are of the text as it is now. */
  readonly fresh: boolean;
  readonly report: DraftReport | undefined;
  readonly analysisFailed: boolean;
  /** Whether the object changed in the cluster since the draft began. */
  readonly conflict: boolean;
  readonly verdict: Verdict | undefined;
}

/** Why a draft cannot be written now, in one sentence; `overridable` where a reason opens the way. */
export interface ApplyBlock {
  readonly reason: string;
  readonly overridable: boolean;
}

/** What stands between a draft and the cluster; undefined when nothing does. */
export function applyBlock(question: ApplyQuestion): ApplyBlock | undefined {
  const { dirty, isNew, readOnly, fresh, report, analysisFailed, conflict, verdict } = question;
  const hard = (reason: string): ApplyBlock => ({ reason, overridable: false });
  if (readOnly)
    return hard("Quarterdeck runs read-only. Copy the draft and apply it with kubectl.");
  if (!dirty && isNew) return hard("Name the new object and fill in the template first.");
  if (!dirty) return hard("Nothing differs from what is stored.");
  if (conflict) return hard("The object changed meanwhile. Rebase the draft first.");
  if (analysisFailed)
    return hard("The server does not answer, so the draft cannot be checked. It is kept.");
  if (!fresh || !report) return hard("Checking the draft.");
  if (report.unsendable !== undefined) return hard(report.unsendable);
  const errors = report.findings.filter(({ level }) => level === "Error");
  if (errors.length > 0) return { reason: errorReason(errors), overridable: true };
  const elsewhere = report.elsewhere.filter(({ level }) => level === "Error");
  const [first] = elsewhere;
  if (first) {
    return {
      reason: `It would break ${first.kind} ${first.namespace}/${first.name}: ${first.message}`,
      overridable: true,
    };
  }
  if (verdict?.type === "refused") return hard(`The server refuses it: ${verdict.message}`);
  if (verdict?.type === "conflict")
    return hard("The object changed meanwhile. Rebase the draft first.");
  return undefined;
}

function errorReason(errors: readonly TextFinding[]): string {
  const lines = [...new Set(errors.map(({ line }) => line))].sort((a, b) => a - b);
  const where = lines.length === 1 ? `line ${lines[0]}` : `lines ${lines.join(", ")}`;
  const count = errors.length === 1 ? "1 error" : `${errors.length} errors`;
  return `Blocked by ${count} on ${where}. Fix ${errors.length === 1 ? "it" : "them"} first.`;
}
