import { objectId } from "@/components/layout/object-href";
import type { FindingRow } from "@/server/config/finding-list";
import type { FindingsState } from "./use-findings-state";

/** All words that a row can be found by. */
const wordsOf = (row: FindingRow): string =>
  [row.kind, row.namespace, row.name, row.code, ...row.aliases, row.rule, row.path, row.message]
    .concat(row.team ?? [])
    .join(" ")
    .toLowerCase();

/** The rows of one level, rule and some objects that hold every word of the filter. */
export function filterFindings(
  rows: readonly FindingRow[],
  { filter, level, rule, objects }: Pick<FindingsState, "filter" | "level" | "rule" | "objects">,
): readonly FindingRow[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter((row) => {
    if (level !== null && row.level !== level) return false;
    if (rule !== null && row.rule !== rule) return false;
    if (objects.length > 0 && !(row.ref && objects.includes(objectId(row.ref)))) return false;
    const text = words.length > 0 ? wordsOf(row) : "";
    return words.every((word) => text.includes(word));
  });
}

/** `bookinfo/reviews`, or the name alone of what is in no namespace. */
export const objectName = ({ namespace, name }: Pick<FindingRow, "namespace" | "name">): string =>
  [namespace, name].filter(Boolean).join("/");

/** What a row is grouped under. */
export function groupKey(row: FindingRow, group: FindingsState["group"]): string {
  switch (group) {
    case "rule":
      return row.rule;
    case "object":
      return `${row.kind} ${objectName(row)}`;
    case "namespace":
      return row.namespace || "cluster-wide";
    case "team":
      return row.team ?? "no team label";
    case "flat":
      return "";
  }
}
