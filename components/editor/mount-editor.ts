import { type ChangedLine, markChanges } from "./change-bars";
import type { EditorFinding } from "./editor-finding";
import { forgetFindings, markFindings } from "./finding-marks";
import { setSchema, setUpMonaco } from "./monaco-setup";
import { applyTheme } from "./monaco-theme";

/** A running editor. */
export interface MountedEditor {
  /** Shows another text without a trace of typing; does nothing when it is shown already. */
  setText(text: string): void;
  /** Replaces the text as one step that can be undone. */
  replaceText(text: string): void;
  setReadOnly(readOnly: boolean): void;
  setTheme(theme: "light" | "dark"): void;
  setFindings(analysed: string, findings: readonly EditorFinding[]): void;
  setChanges(lines: readonly ChangedLine[]): void;
  setSchema(schema: object | null | undefined): void;
  goTo(line: number, column: number): void;
  /** Selects between two offsets and takes the keyboard. */
  select(start: number, end: number): void;
  dispose(): void;
}

/** Esc belongs to what is open inside of the editor first. */
const NOTHING_OPEN = [
  "!suggestWidgetVisible",
  "!findWidgetVisible",
  "!markersNavigationVisible",
  "!inSnippetMode",
  "!editorHasMultipleSelections",
  "!editorHoverVisible",
].join(" && ");

/** Starts Monaco in `host`. */
export function mountEditor(
  host: HTMLElement,
  options: {
    readonly uri: string;
    readonly value: string;
    readonly label: string;
    readonly readOnly: boolean;
    readonly onChange: (text: string) => void;
    /** Esc was pressed with nothing open: the keyboard should go behind the editor. */
    readonly onLeave: () => void;
  },
): MountedEditor {
  const monaco = setUpMonaco();
  const uri = monaco.Uri.parse(options.uri);
  // Strict mode mounts twice; a second model of one name would throw.
  monaco.editor.getModel(uri)?.dispose();
  const model = monaco.editor.createModel(options.value, "yaml", uri);
  const editor = monaco.editor.create(host, {
    model,
    theme: "quarterdeck",
    ariaLabel: options.label,
    readOnly: options.readOnly,
    automaticLayout: true,
    accessibilitySupport: "auto",
    editContext: false,
    fontFamily: getComputedStyle(document.documentElement).getPropertyValue("--qd-font-mono"),
    fontSize: 12,
    lineHeight: 19,
    tabSize: 2,
    insertSpaces: true,
    detectIndentation: false,
    glyphMargin: true,
    folding: true,
    lineNumbersMinChars: 3,
    lineDecorationsWidth: 10,
    minimap: { enabled: false },
    // The default dims the number of the last line below what can be read.
    renderFinalNewline: "on",
    scrollBeyondLastLine: false,
    renderLineHighlight: "line",
    padding: { top: 6, bottom: 6 },
    fixedOverflowWidgets: true,
    quickSuggestions: { other: true, comments: false, strings: true },
    wordBasedSuggestions: "off",
    autoClosingBrackets: "never",
    autoClosingQuotes: "never",
    occurrencesHighlight: "singleFile",
    unicodeHighlight: { ambiguousCharacters: true },
    smoothScrolling: false,
    cursorBlinking: "solid",
  });
  const glyphs = editor.createDecorationsCollection();
  const bars = editor.createDecorationsCollection();
  const typing = model.onDidChangeContent(() => options.onChange(model.getValue()));
  const manyLines = (event: InputEvent) => {
    if (!event.data || event.data === "\n" || !event.data.includes("\n")) return;
    event.preventDefault();
    event.stopPropagation();
    editor.trigger("input", "paste", { text: event.data, pasteOnNewLine: false });
  };
  // Dictation and the like put in many lines at once; as typing, each would be indented anew.
  host.addEventListener("beforeinput", manyLines, { capture: true });
  editor.addCommand(monaco.KeyCode.Escape, options.onLeave, NOTHING_OPEN);

  return {
    setText(text) {
      if (model.getValue() !== text) model.setValue(text);
    },
    replaceText(text) {
      editor.pushUndoStop();
      editor.executeEdits("quarterdeck", [{ range: model.getFullModelRange(), text }]);
      editor.pushUndoStop();
    },
    setReadOnly: (readOnly) => editor.updateOptions({ readOnly }),
    setTheme: applyTheme,
    setFindings: (analysed, findings) => markFindings(model, glyphs, analysed, findings),
    setChanges: (lines) => markChanges(bars, lines),
    setSchema: (schema) => setSchema(model.uri.toString(), schema),
    goTo(lineNumber, column) {
      editor.setPosition({ lineNumber, column });
      editor.revealPositionInCenterIfOutsideViewport({ lineNumber, column });
      editor.focus();
    },
    select(start, end) {
      const [from, to] = [model.getPositionAt(start), model.getPositionAt(end)];
      editor.setSelection(monaco.Range.fromPositions(from, to));
      editor.focus();
    },
    dispose() {
      setSchema(model.uri.toString(), null);
      forgetFindings(model);
      host.removeEventListener("beforeinput", manyLines, { capture: true });
      typing.dispose();
      editor.dispose();
      model.dispose();
    },
  };
}
