import { countLevels, type LevelCounts, type ObjectFinding } from "@/lib/analysis/finding";
import { IncrementalAnalysis } from "@/lib/analysis/incremental";
import { applyPolicy, type AnalysisPolicy, meshPolicy, rulesUnder } from "@/lib/analysis/policy";
import type { Rule } from "@/lib/analysis/rule";
import { RULES } from "@/lib/analysis/rules.gen";
import { groupBy } from "@/lib/base/group-by";
import type { ObjectRef } from "@/lib/istio/kinds";
import type { MeshView } from "@/lib/mesh/view";
import type { Clock, MeshStore } from "../ports";

/** What is wrong with the mesh as it is stored in one snapshot. */
export interface MeshFindings {
  readonly view: MeshView;
  /** Those that count, worst first. */
  readonly findings: readonly ObjectFinding[];
  /** Those that an annotation or a policy suppresses. */
  readonly suppressed: readonly ObjectFinding[];
  readonly policy: AnalysisPolicy;
  /** The day for which the policy was read, as `2026-12-31`. */
  readonly today: string;
  /** The rules that run under the policy. */
  readonly rules: readonly Rule[];
  /** Knows the snapshot already, for what a draft would change. */
  readonly analysis: IncrementalAnalysis;
  /** How many findings an object has. */
  readonly counts: (ref: ObjectRef) => LevelCounts;
}

/** The findings of the live mesh. */
export interface MeshAnalysis {
  /** Those of the newest snapshot; each change since the last call costs what depends on it. */
  current(): MeshFindings;
}

/** Keeps the findings of a mesh store up to date, under the policy that the cluster holds. */
export function meshAnalysis(store: Pick<MeshStore, "view">, clock: Clock): MeshAnalysis {
  let rules: readonly Rule[] = [];
  let analysis = new IncrementalAnalysis(rules);
  let known: MeshFindings | undefined;
  let knownFor = "";

  return {
    current() {
      const view = store.view();
      const policy = meshPolicy(view);
      const wanted = rulesUnder(RULES, policy);
      if (wanted.length !== rules.length || wanted.some((rule, at) => rule !== rules[at])) {
        rules = wanted;
        analysis = new IncrementalAnalysis(rules);
        known = undefined;
      }
      const before = analysis.findings;
      if (view !== analysis.view) analysis.update(view);
      const today = new Date(clock.now()).toISOString().slice(0, 10);
      const judgedFor = `${today} ${JSON.stringify(policy)}`;
      if (known && analysis.findings === before && judgedFor === knownFor) {
        if (known.view !== view) known = { ...known, view };
        return known;
      }
      const judged = applyPolicy(analysis.findings, policy, today);
      known = { view, policy, today, rules, analysis, ...splitAndCounted(judged) };
      knownFor = judgedFor;
      return known;
    },
  };
}

const NONE: LevelCounts = { errors: 0, warnings: 0, infos: 0 };
const refKey = ({ kind, namespace, name }: ObjectRef): string => `${kind}/${namespace}/${name}`;

function splitAndCounted(
  judged: readonly ObjectFinding[],
): Pick<MeshFindings, "findings" | "suppressed" | "counts"> {
  const findings = judged.filter(({ suppressed }) => !suppressed);
  const byObject = groupBy(findings, ({ object }) => object && refKey(object));
  const counts = new Map([...byObject].map(([key, found]) => [key, countLevels(found)]));
  return {
    findings,
    suppressed: judged.filter(({ suppressed }) => suppressed),
    counts: (ref) => counts.get(refKey(ref)) ?? NONE,
  };
}
