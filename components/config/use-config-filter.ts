"use client";

import { parseAsStringLiteral, useQueryState } from "nuqs";
import { ROW_FILTERS, type RowFilter } from "./filter-rows";

const parser = parseAsStringLiteral(ROW_FILTERS).withDefault("all");

/** Which objects the list shows, from `show` in the URL. */
export function useConfigFilter(): [RowFilter, (filter: RowFilter) => void] {
  const [filter, setFilter] = useQueryState("show", parser);
  return [filter, (next) => void setFilter(next)];
}
