import { isSeq } from "yaml";
import { sameJson } from "@/lib/k8s/json-value";
import type { FieldPath } from "./field-path";
import { valueAt, withoutValueAt, withValueAt } from "./field-value";
import { contentEnd, dashes, entryColumn, isFlow, itemText } from "./layout";
import { type ParsedYaml, parseYaml, type YamlDocument } from "./parse";
import { planRemove } from "./plan-remove";
import { appendItem, lineAt, planSet } from "./plan-set";
import { toFlowYaml } from "./stringify";
import type { TextChange } from "./text-range";
import { nodeRange, walk } from "./walk";

/** One change of one field of a document. */
export type FieldEdit =
  | { readonly op: "set"; readonly path: FieldPath; readonly value: unknown }
  /** `path` is that of the list; `index` may be its length. */
  | {
      readonly op: "insert";
      readonly path: FieldPath;
      readonly index: number;
      readonly value: unknown;
    }
  | { readonly op: "remove"; readonly path: FieldPath };

/** The change that does an edit, or why the text cannot be edited there. */
export type EditPlan =
  | { readonly ok: true; readonly change: TextChange }
  | { readonly ok: false; readonly reason: string };

/**
 * The one change of the text that does `edit` and nothing else: comments, order, quotes and all
 * other bytes stay. The result is read back before it is handed out; where the edit would change
 * another field too (an anchor used twice, say) it is refused.
 */
export function planEdit(parsed: ParsedYaml, document: YamlDocument, edit: FieldEdit): EditPlan {
  const index = parsed.documents.indexOf(document);
  const expected = expectedValue(document.value, edit);
  const change = expected === undefined ? undefined : plan(parsed.text, document, edit);
  if (!change) return { ok: false, reason: "The text has no place for this change." };
  const after = parseYaml(applyChange(parsed.text, change));
  const others = after.documents.every(
    (other, at) => at === index || sameJson(other.value, parsed.documents[at]?.value),
  );
  const fits =
    others &&
    after.documents.length === Math.max(parsed.documents.length, 1) &&
    sameJson(after.documents[index]?.value, expected);
  return fits
    ? { ok: true, change }
    : { ok: false, reason: "The change would touch other fields." };
}

/** The text after one change. */
export const applyChange = (text: string, { start, end, text: inserted }: TextChange): string =>
  text.slice(0, start) + inserted + text.slice(end);

/**
 * The text after all edits, done one after the other, each on the result of the one before.
 * `refused` lists those that had no place; the others are done.
 */
export function applyEdits(
  text: string,
  edits: readonly FieldEdit[],
  documentIndex = 0,
): { readonly text: string; readonly refused: readonly FieldEdit[] } {
  const refused: FieldEdit[] = [];
  let current = text;
  for (const edit of edits) {
    const parsed = parseYaml(current);
    const document = parsed.documents[documentIndex];
    const result = document && planEdit(parsed, document, edit);
    if (result?.ok) current = applyChange(current, result.change);
    else refused.push(edit);
  }
  return { text: current, refused };
}

function expectedValue(value: unknown, edit: FieldEdit): unknown {
  switch (edit.op) {
    case "set":
      return withValueAt(value, edit.path, edit.value);
    case "remove":
      return withoutValueAt(value, edit.path);
    case "insert": {
      const list = valueAt(value, edit.path) ?? [];
      if (!Array.isArray(list) || edit.index > list.length) return undefined;
      return withValueAt(
        value,
        edit.path,
        (list as unknown[]).toSpliced(edit.index, 0, edit.value),
      );
    }
  }
}

function plan(text: string, document: YamlDocument, edit: FieldEdit): TextChange | undefined {
  if (edit.op === "set") return planSet(text, document, edit.path, edit.value);
  if (edit.op === "remove") {
    return valueAt(document.value, edit.path) === undefined
      ? { start: 0, end: 0, text: "" }
      : planRemove(text, document, edit.path);
  }
  return planInsert(text, document, edit);
}

function planInsert(
  text: string,
  document: YamlDocument,
  { path, index, value }: Extract<FieldEdit, { op: "insert" }>,
): TextChange | undefined {
  const steps = walk(document.tree, path);
  const list = steps.length === path.length + 1 ? steps.at(-1)?.node : undefined;
  if (!isSeq(list) || list.items.length === 0) return planSet(text, document, path, [value]);
  if (steps.some(({ borrowed }) => borrowed)) return undefined;
  if (index >= list.items.length) return appendItem(text, list, value);
  if (isFlow(list)) {
    const next = nodeRange(text, list.items[index]);
    return next && { start: next.start, end: next.start, text: `${toFlowYaml(value)}, ` };
  }
  const column = entryColumn(text, list);
  if (column === undefined) return undefined;
  const line = itemText(value, column);
  // Behind the item before, so that a comment above the next item stays above that one.
  const dash = dashes(list)[Math.max(index - 1, 0)];
  if (dash === undefined) return undefined;
  if (index > 0)
    return lineAt(text, contentEnd(text, list.items[index - 1], dash + 1), line, column);
  return { start: dash, end: dash, text: `${line}\n${" ".repeat(column)}` };
}
