import type { editor } from "monaco-editor/esm/vs/editor/editor.api.js";
import { Range } from "monaco-editor/esm/vs/editor/editor.api.js";

/** A line of the draft that is not as it is stored. */
export interface ChangedLine {
  /** 1-based. */
  readonly line: number;
  readonly change: "added" | "changed";
}

/** Draws bars beside the lines that differ from what is stored. */
export function markChanges(
  bars: editor.IEditorDecorationsCollection,
  lines: readonly ChangedLine[],
): void {
  bars.set(
    lines.map(({ line, change }) => ({
      range: new Range(line, 1, line, 1),
      options: { isWholeLine: true, linesDecorationsClassName: `qd-editor-bar-${change}` },
    })),
  );
}
