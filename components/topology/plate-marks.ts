import type { PlateMark } from "@/components/graph/plate";
import { findingsHref } from "@/components/layout/object-href";
import type { NodeFindings } from "@/server/topology/node-findings";

/** What the plates of nodes show of their configuration's findings, by node. */
export function plateMarks(
  findings: Readonly<Record<string, NodeFindings>> = {},
  scoped: (href: string) => string,
): ReadonlyMap<string, PlateMark> {
  return new Map(
    Object.entries(findings).map(([id, { counts, objects }]) => {
      const { errors, warnings } = counts;
      const words = [count(errors, "error"), count(warnings, "warning")].filter(Boolean).join(", ");
      return [
        id,
        {
          status: errors > 0 ? "fail" : "warn",
          count: errors > 0 ? errors : warnings,
          words,
          href: scoped(findingsHref(objects)),
        },
      ] as const;
    }),
  );
}

const count = (number: number, one: string): string =>
  number === 0 ? "" : `${number} ${one}${number === 1 ? "" : "s"}`;
