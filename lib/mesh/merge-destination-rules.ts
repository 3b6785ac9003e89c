import type { DestinationRuleSpec, Subset, TrafficPolicy } from "@/lib/istio/destination-rule";
import type { KubeObject } from "@/lib/k8s/object";

/** A DestinationRule with its host resolved. */
export interface MeshDestinationRule {
  readonly object: KubeObject;
  readonly namespace: string;
  readonly spec: DestinationRuleSpec;
  /** Fully qualified, lower case. */
  readonly host: string;
}

/** What rules of one host and namespace come to, as istiod merges them. */
export interface MergedDestinationRule {
  /** As the rules name it; may be a wildcard. */
  readonly host: string;
  /** The oldest first. */
  readonly rules: readonly MeshDestinationRule[];
  /** The oldest rule that has a policy gives it. */
  readonly trafficPolicy: TrafficPolicy | undefined;
  /** Of each name the first, with the object and field that give it. */
  readonly subsets: ReadonlyMap<string, MergedSubset>;
}

/** A subset and where it is written. */
export interface MergedSubset {
  readonly subset: Subset;
  readonly object: KubeObject;
  readonly path: string;
}

type Labels = Readonly<Record<string, string>>;

/** Rules that are one for istiod, with what it tells them apart from others by. */
export interface RuleGroup {
  readonly rules: MeshDestinationRule[];
  /** As written; empty for the mesh's default. */
  readonly exportTo: ReadonlySet<string>;
  readonly selector: Labels | undefined;
}

/** The labels of the clients that a rule is for; undefined for all. */
export const selectorOf = ({ spec }: MeshDestinationRule): Labels | undefined =>
  spec.workloadSelector ? (spec.workloadSelector.matchLabels ?? {}) : undefined;

/** To whom a rule is exported, as istiod keeps it: one with a selector never leaves its namespace. */
export const exportOf = (rule: MeshDestinationRule): ReadonlySet<string> =>
  new Set(selectorOf(rule) ? ["."] : (rule.spec.exportTo ?? []));

/**
 * The groups that the rules of one host and namespace make: those of equal visibility and selector
 * are one. A rule that more can see than those of an older group adds to that group, whose visibility
 * stays. Source: istiod's mergeDestinationRule, with ENABLE_ENHANCED_DESTINATIONRULE_MERGE.
 *
 * @param rules those with a selector first, then the oldest
 */
export function groupRules(rules: readonly MeshDestinationRule[]): readonly RuleGroup[] {
  const groups: RuleGroup[] = [];
  for (const rule of rules) {
    const exportTo = exportOf(rule);
    const selector = selectorOf(rule);
    let separate = true;
    for (const group of groups) {
      separate = !isEqual(exportTo, group.exportTo);
      const wider = group.exportTo.size > 0 && [...group.exportTo].every((to) => exportTo.has(to));
      if (separate && !wider) continue;
      const alike = group.selector !== undefined && selector !== undefined;
      if (alike && !sameLabels(group.selector, selector)) {
        separate = true;
        continue;
      }
      if (alike || (!group.selector && !selector)) separate = false;
      group.rules.push(rule);
    }
    if (separate) groups.push({ rules: [rule], exportTo, selector });
  }
  return groups;
}

const isEqual = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean =>
  a.size === b.size && [...a].every((entry) => b.has(entry));

function sameLabels(a: Labels, b: Labels): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

/** What the rules of a group come to. */
export function mergedRule({ rules }: RuleGroup): MergedDestinationRule {
  const subsets = new Map<string, MergedSubset>();
  for (const { object, spec } of rules) {
    for (const [index, subset] of (spec.subsets ?? []).entries()) {
      const name = subset.name ?? "";
      if (!subsets.has(name)) subsets.set(name, { subset, object, path: `spec.subsets[${index}]` });
    }
  }
  return {
    host: rules[0]?.host ?? "",
    rules,
    trafficPolicy: rules.find((rule) => rule.spec.trafficPolicy)?.spec.trafficPolicy,
    subsets,
  };
}
