import type { ConfigRow } from "@/server/config/list-config";

/** Which rows are shown by their findings. */
export const ROW_FILTERS = ["all", "errors", "warnings"] as const;
export type RowFilter = (typeof ROW_FILTERS)[number];

/** The rows that pass a filter and hold every word of a search. */
export function filterRows(
  rows: readonly ConfigRow[],
  {
    filter,
    search = "",
    hasDraft = () => false,
  }: { filter: RowFilter; search?: string; hasDraft?: (row: ConfigRow) => boolean },
): readonly ConfigRow[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter((row) => {
    if (filter === "errors" && row.findings.errors === 0) return false;
    if (filter === "warnings" && row.findings.warnings === 0) return false;
    if (words.length === 0) return true;
    const text = [
      row.kindName,
      row.tag,
      row.name,
      row.namespace,
      row.owner?.tool ?? "",
      row.findings.errors > 0 ? "error" : "",
      row.findings.warnings > 0 ? "warning" : "",
      hasDraft(row) ? "draft" : "",
    ]
      .join(" ")
      .toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** Rows by namespace, in the order in which they come. */
export function rowsByNamespace(
  rows: readonly ConfigRow[],
): readonly (readonly [string, readonly ConfigRow[]])[] {
  const groups = new Map<string, ConfigRow[]>();
  for (const row of rows) {
    const group = groups.get(row.namespace);
    if (group) group.push(row);
    else groups.set(row.namespace, [row]);
  }
  return [...groups];
}
