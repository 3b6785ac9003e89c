import type { ChangedLine } from "@/components/editor/change-bars";
import { diffLines } from "@/components/ui/line-diff";

/** How a draft differs from what is stored, for bars in the margin and a short count. */
export interface DraftDifference {
  readonly lines: readonly ChangedLine[];
  readonly added: number;
  readonly removed: number;
  /** Lines that are not as they were, a replaced one counted once. */
  readonly changed: number;
}

/** Lines that stand in for removed ones count as changed, others as added. */
export function draftDifference(before: string, after: string): DraftDifference {
  const lines: ChangedLine[] = [];
  let added = 0;
  let removed = 0;
  let replaced = 0;
  for (const line of diffLines(before, after)) {
    if (line.change === "same") replaced = 0;
    else if (line.change === "del") {
      removed++;
      replaced++;
    } else {
      added++;
      lines.push({ line: line.after, change: replaced > 0 ? "changed" : "added" });
      if (replaced > 0) replaced--;
    }
  }
  return { lines, added, removed, changed: Math.max(added, removed) };
}
