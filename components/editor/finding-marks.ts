import { editor, MarkerSeverity, Range, Uri } from "monaco-editor/esm/vs/editor/editor.api.js";
import type { EditorFinding } from "./editor-finding";

const SEVERITY = {
  Error: MarkerSeverity.Error,
  Warning: MarkerSeverity.Warning,
  Info: MarkerSeverity.Info,
} as const;
const GLYPH = { Error: "fail", Warning: "warn", Info: "info" } as const;
const OWNER = "quarterdeck";

/** What was found in a text, by its model: for hover and fixes. */
interface Marked {
  readonly text: string;
  readonly findings: readonly EditorFinding[];
}
const marked = new Map<string, Marked>();

/** What is marked in a model, if the marks are of the text that it has now. */
export function markedFindings(model: editor.ITextModel): readonly EditorFinding[] {
  const entry = marked.get(model.uri.toString());
  return entry && entry.text === model.getValue() ? entry.findings : [];
}

/** Underlines findings and puts their glyphs into the margin. `text` is what was analysed. */
export function markFindings(
  model: editor.ITextModel,
  glyphs: editor.IEditorDecorationsCollection,
  text: string,
  findings: readonly EditorFinding[],
): void {
  marked.set(model.uri.toString(), { text, findings });
  editor.setModelMarkers(model, OWNER, findings.map(toMarker));
  const worst = new Map<number, EditorFinding>();
  // Findings come worst first, so the first of a line gives its glyph.
  for (const finding of findings) {
    if (!worst.has(finding.line)) worst.set(finding.line, finding);
  }
  glyphs.set(
    [...worst.values()].map((finding) => ({
      range: new Range(finding.line, 1, finding.line, 1),
      options: {
        glyphMarginClassName: `qd-editor-glyph qd-editor-glyph-${GLYPH[finding.level]}`,
        glyphMarginHoverMessage: { value: finding.message },
        stickiness: editor.TrackedRangeStickiness.NeverGrowsWhenTypingAtEdges,
      },
    })),
  );
}

/** Forgets a model that is closed. */
export function forgetFindings(model: editor.ITextModel): void {
  marked.delete(model.uri.toString());
}

function toMarker(finding: EditorFinding): editor.IMarkerData {
  const { line, column, endLine, endColumn } = finding;
  return {
    severity: SEVERITY[finding.level],
    message: finding.message,
    source: "Quarterdeck",
    code: finding.docs ? { value: finding.code, target: Uri.parse(finding.docs) } : finding.code,
    startLineNumber: line,
    startColumn: column,
    endLineNumber: endLine,
    // An empty range would be invisible.
    endColumn: endLine === line && endColumn === column ? column + 1 : endColumn,
  };
}
