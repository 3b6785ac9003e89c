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
    /** Findings that an annotation, a policy or `--suppress` keeps from counting. */
    readonly suppressed: number;
  };
}

type Filter = Pick<AnalyzeOptions, "namespace" | "only" | "suppress">;

/** Those findings that were asked for and that nobody suppressed, counted. */
export function analysisOf(
  findings: readonly PlacedFinding[],
  size: Pick<Analysis["summary"], "objects" | "ignored">,
  filter: Filter,
): Analysis {
  const wanted = findings.filter((finding) => isWanted(finding, filter));
  const counting = wanted.filter(
    (finding) => !finding.suppressed && !isSuppressedBy(finding, filter.suppress),
  );
  const suppressed = wanted.length - counting.length;
  return { findings: counting, summary: { ...countLevels(counting), ...size, suppressed } };
}

function isWanted(finding: PlacedFinding, { namespace, only }: Filter): boolean {
  const elsewhere =
    namespace !== undefined && finding.namespace !== "" && finding.namespace !== namespace;
  if (elsewhere) return false;
  const { code, aliases } = finding;
  return !only || [code, ...aliases].some((one) => only.has(one));
}
