import { applyEdits } from "@/lib/yaml/edit";
import type { FieldPath } from "@/lib/yaml/field-path";
import { editsBetween, type MergeConflict, mergeThreeWay } from "@/lib/yaml/merge";
import { parseYaml } from "@/lib/yaml/parse";

/** Whose value a field that both changed gets. */
export type Side = "theirs" | "yours";

/** One text out of a draft and what was stored meanwhile. */
export interface MergedDraft {
  /** Your text, comments and all, with their changes in it. */
  readonly text: string;
  readonly conflicts: readonly MergeConflict[];
  /** How many of their changes were taken without asking. */
  readonly taken: number;
  /** Why nothing could be merged; undefined when it could. */
  readonly unreadable: string | undefined;
}

/** Merges by field. Until a side is chosen for a field that both changed, yours stays. */
export function mergeDraft(
  texts: { readonly base: string; readonly theirs: string; readonly yours: string },
  sideOf: (path: FieldPath) => Side | undefined,
): MergedDraft {
  const yours = parseYaml(texts.yours);
  const value = (text: string) => parseYaml(text).documents[0]?.value;
  if (yours.problems.length > 0 || yours.documents.length !== 1) {
    return {
      text: texts.yours,
      conflicts: [],
      taken: 0,
      unreadable:
        "Your text cannot be read as one YAML document, so it is not merged by itself. Keep your text and put their changes in by hand.",
    };
  }
  const { edits, conflicts } = mergeThreeWay(
    value(texts.base),
    value(texts.theirs),
    yours.documents[0]?.value,
  );
  const chosen = conflicts
    .filter(({ path }) => sideOf(path) === "theirs")
    .flatMap(({ path, yours: mine, theirs }) => editsBetween(path, mine, theirs));
  const merged = applyEdits(texts.yours, [...edits, ...chosen]);
  return {
    text: merged.text,
    conflicts,
    taken: edits.length,
    unreadable:
      merged.refused.length > 0
        ? "Some of their changes have no place in your text. Keep your text and put them in by hand."
        : undefined,
  };
}
