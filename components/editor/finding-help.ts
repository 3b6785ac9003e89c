import {
  type editor,
  type IRange,
  languages,
  Range,
} from "monaco-editor/esm/vs/editor/editor.api.js";
import type { EditorFinding } from "./editor-finding";
import { markedFindings } from "./finding-marks";

/** Offers the fixes of findings as code actions, and their explanations on hover. Once a page. */
export function installFindingHelp(): void {
  languages.registerCodeActionProvider("yaml", {
    provideCodeActions(model, range) {
      const actions = touching(model, range).flatMap((finding) =>
        finding.fixes.map((fix) => codeAction(model, finding, fix)),
      );
      return { actions, dispose: () => undefined };
    },
  });
  languages.registerHoverProvider("yaml", {
    provideHover(model, { lineNumber, column }) {
      const at = new Range(lineNumber, column, lineNumber, column);
      const contents = touching(model, at)
        .map(hoverText)
        .filter((text) => text !== "")
        .map((value) => ({ value }));
      return contents.length === 0 ? null : { contents };
    },
  });
}

/** Why it matters, what to do, and what else has part in it. */
function hoverText({ explanation, related }: EditorFinding): string {
  const { title, why, fix } = explanation ?? {};
  return [
    ...(title === undefined ? [] : [`**${escape(title)}**`]),
    ...[why, fix].flatMap((text) => (text === undefined ? [] : [escape(text)])),
    ...related.map((other) => {
      const name = [other.namespace, other.name].filter(Boolean).join("/");
      return `${escape(`${other.kind} ${name}`)}: ${escape(other.message)}`;
    }),
  ].join("\n\n");
}

const rangeOf = (finding: EditorFinding): Range =>
  new Range(finding.line, finding.column, finding.endLine, finding.endColumn);

const touching = (model: editor.ITextModel, range: IRange): readonly EditorFinding[] =>
  markedFindings(model).filter((finding) =>
    Range.areIntersectingOrTouching(rangeOf(finding), range),
  );

function codeAction(
  model: editor.ITextModel,
  finding: EditorFinding,
  fix: EditorFinding["fixes"][number],
): languages.CodeAction {
  return {
    title: fix.title,
    kind: "quickfix",
    isPreferred: fix === finding.fixes[0],
    edit: {
      edits: fix.changes.map((change) => ({
        resource: model.uri,
        versionId: model.getVersionId(),
        textEdit: {
          range: Range.fromPositions(
            model.getPositionAt(change.start),
            model.getPositionAt(change.end),
          ),
          text: change.text,
        },
      })),
    },
  };
}

const escape = (text: string): string => text.replace(/[\\`*_{}[\]()#+\-.!<>|]/g, "\\$&");
