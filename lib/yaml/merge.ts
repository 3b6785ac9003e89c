import { isRecord, sameJson } from "@/lib/k8s/json-value";
import type { FieldEdit } from "./edit";
import type { FieldPath } from "./field-path";

/** A field that both sides changed since the base, each to something else; undefined is absent. */
export interface MergeConflict {
  readonly path: FieldPath;
  readonly base: unknown;
  readonly theirs: unknown;
  readonly yours: unknown;
}

/** What brings their changes into your text, and what nobody but you can decide. */
export interface Merge {
  /** Their changes that yours do not touch, as edits of your text. */
  readonly edits: readonly FieldEdit[];
  readonly conflicts: readonly MergeConflict[];
}

/**
 * Merges two descendants of one value, field by field.
 *
 * Lists of one length are merged item by item. A list that both sides changed, where one of them
 * added or took items away, is one conflict: its items have no identity to merge by.
 */
export function mergeThreeWay(base: unknown, theirs: unknown, yours: unknown): Merge {
  const edits: FieldEdit[] = [];
  const conflicts: MergeConflict[] = [];
  const visit = (path: FieldPath, at: { base: unknown; theirs: unknown; yours: unknown }) => {
    if (sameJson(at.base, at.theirs) || sameJson(at.theirs, at.yours)) return;
    if (sameJson(at.base, at.yours)) {
      edits.push(...editsBetween(path, at.yours, at.theirs));
      return;
    }
    const names = sharedSteps([at.base, at.theirs, at.yours]);
    if (!names) {
      conflicts.push({ path, ...at });
      return;
    }
    for (const name of names) {
      visit([...path, name], {
        base: child(at.base, name),
        theirs: child(at.theirs, name),
        yours: child(at.yours, name),
      });
    }
  };
  visit([], { base, theirs, yours });
  return { edits, conflicts };
}

/** The edits that turn `from` into `to`, as deep as they can be; undefined is absent. */
export function editsBetween(path: FieldPath, from: unknown, to: unknown): FieldEdit[] {
  if (sameJson(from, to)) return [];
  if (to === undefined) return [{ op: "remove", path }];
  const names = sharedSteps([from, to]);
  if (names) {
    return names.flatMap((name) =>
      editsBetween([...path, name], child(from, name), child(to, name)),
    );
  }
  if (Array.isArray(from) && Array.isArray(to) && from.length > 0 && from.length < to.length) {
    const added = to.slice(from.length) as unknown[];
    const kept = editsBetween(path, from, to.slice(0, from.length));
    return [
      ...kept,
      ...added.map((value, at) => ({
        op: "insert" as const,
        path,
        index: from.length + at,
        value,
      })),
    ];
  }
  return [{ op: "set", path, value: to }];
}

/** The steps below values of one shape: all mappings, or all lists of one length. */
function sharedSteps(values: readonly unknown[]): (string | number)[] | undefined {
  if (values.every(isRecord)) return [...new Set(values.flatMap((value) => Object.keys(value)))];
  const [first] = values;
  if (!Array.isArray(first)) return undefined;
  const same = values.every((value) => Array.isArray(value) && value.length === first.length);
  return same ? first.map((_, index) => index) : undefined;
}

function child(value: unknown, step: string | number): unknown {
  if (Array.isArray(value) && typeof step === "number") return (value as unknown[])[step];
  if (!isRecord(value) || typeof step !== "string") return undefined;
  return Object.hasOwn(value, step) ? value[step] : undefined;
}
