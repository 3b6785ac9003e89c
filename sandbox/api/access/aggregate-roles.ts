import { isRecord } from "@/lib/k8s/json-value";
import { type LabelSelector, matchesLabels } from "@/lib/k8s/label-selector";
import { sameJson } from "@/lib/k8s/json-value";
import type { KubeObject } from "@/lib/k8s/object";
import type { Storage } from "../storage";
import { CLUSTER_ROLES } from "./authorizer";

/** Roles may select roles that select others; circles come to rest long before. */
const MAX_ROUNDS = 10;

/**
 * Keeps the rules of ClusterRoles with an aggregation rule: all rules of the ClusterRoles that it
 * selects, as Kubernetes' controller writes them. It works right after the write that it follows.
 */
export function aggregateRoles(storage: Storage): void {
  let awaited = false;
  storage.watch(CLUSTER_ROLES, () => {
    if (awaited) return;
    awaited = true;
    queueMicrotask(() => {
      awaited = false;
      for (let round = 0; round < MAX_ROUNDS && aggregateOnce(storage); round++);
    });
  });
}

/** Whether anything changed. */
function aggregateOnce(storage: Storage): boolean {
  let changed = false;
  const roles = storage.list(CLUSTER_ROLES);
  for (const role of roles) {
    if (!isRecord(role.aggregationRule)) continue;
    const rules = selectedRules(role, roles);
    if (sameJson(role.rules ?? [], rules)) continue;
    storage.put(CLUSTER_ROLES, { ...role, rules });
    changed = true;
  }
  return changed;
}

function selectedRules(role: KubeObject, roles: readonly KubeObject[]): readonly unknown[] {
  const { clusterRoleSelectors } = role.aggregationRule as Record<string, unknown>;
  const selectors: readonly LabelSelector[] = Array.isArray(clusterRoleSelectors)
    ? clusterRoleSelectors.filter(isRecord)
    : [];
  const rules = selectors.flatMap((selector) =>
    roles
      .filter(({ metadata }) => metadata.name !== role.metadata.name)
      .filter(({ metadata }) => matchesLabels(selector, metadata.labels))
      .flatMap((other) => (Array.isArray(other.rules) ? (other.rules as unknown[]) : [])),
  );
  const seen = new Set<string>();
  return rules.filter((rule) => {
    const text = JSON.stringify(rule);
    return !seen.has(text) && seen.add(text);
  });
}
