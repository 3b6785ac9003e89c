import { destinationRuleSpec } from "@/lib/istio/destination-rule";
import { hostMatches, resolveHost } from "@/lib/istio/host";
import { sameJson } from "@/lib/k8s/json-value";
import type { KubeObject } from "@/lib/k8s/object";
import type { CanaryRollout } from "./plan";
import { type Refusal, refuse } from "./route-target";
import type { PatchOperation } from "./weight-operations";

/** What a DestinationRule was like when the rollout began. */
export interface RuleSnapshot {
  /** Subsets that the rollout has to add: none of anybody else's. */
  readonly adds: readonly string[];
  /** Labels of the stable subset; null where the rule does not define it. */
  readonly stable: Readonly<Record<string, string>> | null;
  /** Labels of the canary's subset; null where the rule does not define it yet. */
  readonly canary: Readonly<Record<string, string>> | null;
}

/** What is wanted of the subsets: there, taken back, or the stable one moved to what the canary is. */
export type SubsetGoal = "present" | "restored" | "rotated";

interface Wanted {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly field: string;
}

/** The subsets that the plan gives labels to and that this rule's host has. */
function wantedSubsets(rule: KubeObject, { metadata, spec }: CanaryRollout): Wanted[] {
  const { host = "" } = destinationRuleSpec(rule);
  const own = resolveHost(host, rule.metadata.namespace ?? "");
  return (["stable", "canary"] as const).flatMap((side) => {
    const { subset, labels, host: named } = spec[side];
    const full = resolveHost(named ?? spec.target.host, metadata.namespace);
    if (subset === undefined || !labels || !hostMatches(own, full)) return [];
    return [{ name: subset, labels, field: `spec.${side}.labels` }];
  });
}

const labelsOf = (rule: KubeObject, name: string | undefined) =>
  destinationRuleSpec(rule).subsets?.find((subset) => subset.name === name)?.labels ?? null;

/** Remembers what the rule has of its own. */
export function snapshotRule(rule: KubeObject, rollout: CanaryRollout): RuleSnapshot {
  const known = new Set((destinationRuleSpec(rule).subsets ?? []).map(({ name }) => name));
  const { stable, canary } = rollout.spec;
  return {
    adds: wantedSubsets(rule, rollout).flatMap(({ name }) => (known.has(name) ? [] : [name])),
    stable: labelsOf(rule, stable.subset),
    canary: labelsOf(rule, canary.subset) ?? canary.labels ?? null,
  };
}

/**
 * The patch that brings the rule's subsets to the goal and touches no other: each operation rests
 * on what it found. What was added is taken back only while it is still as it was added.
 */
export function planSubsets(
  rule: KubeObject,
  rollout: CanaryRollout,
  { goal, snapshot }: { readonly goal: SubsetGoal; readonly snapshot: RuleSnapshot | undefined },
): readonly PatchOperation[] | Refusal {
  const subsets = destinationRuleSpec(rule).subsets ?? [];
  const wanted = wantedSubsets(rule, rollout);
  const patch: PatchOperation[] = [];
  const index = (name: string | undefined) => subsets.findIndex((each) => each.name === name);
  const path = (at: number) => `/spec/subsets/${at}`;
  if (goal === "restored") {
    const gone = (snapshot?.adds ?? []).flatMap((name) => {
      const ours = wanted.find((each) => each.name === name);
      const at = index(name);
      return ours && sameJson(subsets[at], entryOf(ours)) ? [at] : [];
    });
    for (const at of gone.sort((a, b) => b - a)) {
      patch.push(
        { op: "test", path: path(at), value: subsets[at] },
        { op: "remove", path: path(at) },
      );
    }
    return [...moved(rule, rollout, snapshot?.stable ?? null), ...patch];
  }
  let length = subsets.length;
  for (const each of wanted) {
    const at = index(each.name);
    const labels = subsets[at]?.labels ?? {};
    const isRotated = goal === "rotated" && each.name === rollout.spec.stable.subset;
    if (at >= 0 && !isRotated && !sameJson(labels, each.labels)) {
      const message = `subset ${each.name} of ${rule.metadata.name} selects other pods`;
      return refuse("SubsetDiffers", message, each.field);
    }
    if (at >= 0) continue;
    const list = rule["spec"] as { subsets?: unknown } | undefined;
    if (length === 0 && list?.subsets === undefined) {
      patch.push({ op: "add", path: "/spec/subsets", value: [entryOf(each)] });
    } else {
      patch.push(
        ...(length === subsets.length
          ? [{ op: "test", path: "/spec/subsets", value: subsets } as const]
          : []),
        { op: "add", path: "/spec/subsets/-", value: entryOf(each) },
      );
    }
    length += 1;
  }
  return goal === "rotated" ? [...patch, ...moved(rule, rollout, snapshot?.canary ?? null)] : patch;
}

const entryOf = ({ name, labels }: Wanted) => ({ name, labels });

/** Gives the stable subset these labels, if it has others. */
function moved(
  rule: KubeObject,
  { spec }: CanaryRollout,
  labels: RuleSnapshot["stable"],
): PatchOperation[] {
  const subsets = destinationRuleSpec(rule).subsets ?? [];
  const at = subsets.findIndex(({ name }) => name === spec.stable.subset);
  const found = subsets[at];
  if (spec.finalise !== "rotate" || !found || !labels) return [];
  if (sameJson(found.labels ?? {}, labels)) return [];
  const path = `/spec/subsets/${at}`;
  return [
    { op: "test", path, value: found },
    { op: found.labels === undefined ? "add" : "replace", path: `${path}/labels`, value: labels },
  ];
}
