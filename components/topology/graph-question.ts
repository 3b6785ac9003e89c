import { CALL_ORDERS, SERVICE_ORDERS } from "@/lib/graph/table-rows";
import { sortOf } from "./table-sort";
import type { TopologyState } from "./use-topology-state";

const MOST_HOPS = 5;

/** What the server is asked for the graph that the URL describes, as the view shows it. */
export function graphQuestion(state: TopologyState, namespaces: readonly string[]) {
  const { view, open, closed, kept } = state;
  return {
    ...wholeQuestion(state, namespaces),
    // Tables come by pages; pictures fold what is too much.
    ...(view === "table"
      ? { table: tableQuestion(state) }
      : { fold: { opened: open, closed, kept: kept === null ? [] : [kept] } }),
  };
}

/** The same for all that the URL finds: every row of the tables, and nothing folded. */
export function wholeQuestion(state: TopologyState, namespaces: readonly string[]) {
  const { window, type, group, find, mode, around, hops, to } = state;
  return {
    type,
    namespaces: [...namespaces].sort(),
    ...(group === null ? {} : { groupBy: group }),
    ...(window === null ? {} : { windowSeconds: window }),
    ...(find.trim() === "" ? {} : { find: { text: find.slice(0, 500), mode } }),
    ...(around === null
      ? {}
      : { around: { id: around, hops: Math.min(MOST_HOPS, Math.max(1, hops)) } }),
    ...(around === null || to === null ? {} : { pathTo: to }),
  };
}

const tableQuestion = ({ sort, page, callSort, callPage, selected }: TopologyState) => ({
  services: { ...sortOf(sort, SERVICE_ORDERS), page: Math.max(0, page - 1) },
  calls: { ...sortOf(callSort, CALL_ORDERS), page: Math.max(0, callPage - 1) },
  ...(selected === null ? {} : { selected: selected.slice(0, 600) }),
});
