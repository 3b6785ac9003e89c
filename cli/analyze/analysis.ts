import { countLevels, type LevelCounts } from "@/lib/analysis/finding";
import type { PlacedFinding } from "@/lib/analysis/finding-json";
import type { AnalyzeOptions } from "./analyze-options";
import { isSuppressedBy } from "./suppress";

/** What was found, and in how much. */
export interface Analysis {
  readonly findings: readonly PlacedFinding[];
  readonly summary: LevelCounts & {
    readonly objects: number;
    /** Objects of kinds that have no part in the mesh. */
    readonly ignored: number;
  };
}

type Filter = Pick<AnalyzeOptions, "namespace" | "only" | "suppress">;

/** Those findings that were asked for, counted. */
export function analysisOf(
  findings: readonly PlacedFinding[],
  size: Pick<Analysis["summary"], "objects" | "ignored">,
  filter: Filter,
): Analysis {
  const wanted = findings.filter((finding) => isWanted(finding, filter));
  return { findings: wanted, summary: { ...countLevels(wanted), ...size } };
}

function isWanted(finding: PlacedFinding, { namespace, only, suppress }: Filter): boolean {
  const elsewhere =
    namespace !== undefined && finding.namespace !== "" && finding.namespace !== namespace;
  if (elsewhere) return false;
  const { code, aliases } = finding;
  if (only && ![code, ...aliases].some((one) => only.has(one))) return false;
  return !isSuppressedBy(finding, suppress);
}
