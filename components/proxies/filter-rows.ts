import type { TableRow } from "./table-row";
import { kindWord, STATE_WORDS } from "./proxy-words";
import type { ProxiesState } from "./use-proxies-state";

/** All words that a row can be found by. */
const wordsOf = (row: TableRow): string =>
  [
    row.pod,
    row.namespace,
    row.workload,
    kindWord(row.kind),
    row.cause,
    STATE_WORDS[row.state][1],
    row.evidence,
    row.version,
    row.revision,
    row.istiod,
    row.cluster,
  ]
    .join(" ")
    .toLowerCase();

/** The rows that hold every word of the filter, in the state that is asked for. */
export function filterRows(
  rows: readonly TableRow[],
  { filter, state }: Pick<ProxiesState, "filter" | "state">,
): readonly TableRow[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0 && state === null) return rows;
  return rows.filter((row) => {
    if (state !== null && row.state !== state) return false;
    const text = words.length > 0 ? wordsOf(row) : "";
    return words.every((word) => text.includes(word));
  });
}
