"use client";

import {
  parseAsArrayOf,
  parseAsBoolean,
  parseAsString,
  parseAsStringLiteral,
  useQueryStates,
} from "nuqs";

const GROUPINGS = ["rule", "object", "namespace", "team", "flat"] as const;
const LEVELS = ["Error", "Warning", "Info"] as const;

/** What is shown and how, all of it in the URL: a link shows another person the same. */
export function useFindingsState() {
  return useQueryStates(
    {
      /** Words that a row must contain. */
      filter: parseAsString.withDefault(""),
      level: parseAsStringLiteral(LEVELS),
      group: parseAsStringLiteral(GROUPINGS).withDefault("rule"),
      /** Id of the rule whose findings are shown. */
      rule: parseAsString,
      /** The objects whose findings are shown, as `Kind/namespace/name`; empty for all. */
      objects: parseAsArrayOf(parseAsString).withDefault([]),
      /** Whether those are shown that an annotation or a policy suppresses, in place of the others. */
      suppressed: parseAsBoolean.withDefault(false),
      /** The finding that is opened. */
      finding: parseAsString.withOptions({ history: "push" }),
    },
    { clearOnDefault: true, urlKeys: { filter: "q" } },
  );
}

export type FindingsState = ReturnType<typeof useFindingsState>[0];
export type SetFindingsState = ReturnType<typeof useFindingsState>[1];
