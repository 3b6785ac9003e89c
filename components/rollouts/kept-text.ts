import { isRecord, type JsonRecord, sameJson } from "@/lib/k8s/json-value";
import { applyEdits, type FieldEdit } from "@/lib/yaml/edit";
import type { FieldPath } from "@/lib/yaml/field-path";
import { parseYaml } from "@/lib/yaml/parse";
import { toYaml } from "@/lib/yaml/stringify";

/** The value of a text that is one mapping; undefined for any other. */
export function readDocument(text: string): JsonRecord | undefined {
  const { documents, problems } = parseYaml(text);
  const [only, second] = documents;
  return problems.length === 0 && !second && isRecord(only?.value) ? only.value : undefined;
}

/**
 * The text of a document: as it was typed, with what has changed since put into it, so that comments,
 * order and quotes stay; made anew where nothing was typed, or that has no place for a change.
 */
export function keptText(typed: string | undefined, document: JsonRecord): string {
  const before = typed === undefined ? undefined : readDocument(typed);
  if (typed === undefined || !before) return toYaml(document);
  const { text } = applyEdits(typed, editsTo(before, document, []));
  const after = readDocument(text);
  return after && sameJson(after, document) ? text : toYaml(document);
}

/** The edits that make one value of another, as small as they can be. */
function editsTo(before: unknown, after: unknown, path: FieldPath): readonly FieldEdit[] {
  if (isRecord(before) && isRecord(after)) {
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) => {
      const own = [...path, key];
      if (after[key] === undefined) return [{ op: "remove", path: own } as const];
      return editsTo(before[key], after[key], own);
    });
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    return before.flatMap((item, index) => editsTo(item, after[index], [...path, index]));
  }
  return sameJson(before, after) ? [] : [{ op: "set", path, value: after }];
}
