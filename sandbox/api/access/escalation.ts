import { isRecord } from "@/lib/k8s/json-value";
import type { KubeObject } from "@/lib/k8s/object";
import type { ResourceType } from "../resource-type";
import { qualified, refuse } from "../status-error";
import type { Authorizer, RoleRef } from "./authorizer";
import {
  compactRules,
  describeRule,
  missingRights,
  type PolicyRule,
  policyRules,
} from "./policy-rule";
import { MASTERS, type User } from "./user";

const GROUP = "rbac.authorization.k8s.io";

/** What an aggregation rule may come to grant. */
const EVERYTHING = policyRules([
  { verbs: ["*"], apiGroups: ["*"], resources: ["*"] },
  { verbs: ["*"], nonResourceURLs: ["*"] },
]);

/**
 * Nobody grants what he may not do himself, unless he may `escalate` the role or `bind` it.
 * @throws StatusError 403 for a role or binding beyond the user's own rights; 404 without its role
 */
export function forbidEscalation(
  authorizer: Authorizer,
  user: User,
  write: { type: ResourceType; object: KubeObject },
): void {
  const { type, object } = write;
  if (type.group !== GROUP || user.groups.includes(MASTERS)) return;
  const { name, namespace = "" } = object.metadata;
  const may = (verb: string, resource: string, of: string): boolean =>
    authorizer.decide(user, { verb, group: GROUP, resource, subresource: "", namespace, name: of })
      .allowed;
  if (object.kind === "Role" || object.kind === "ClusterRole") {
    if (may("escalate", type.plural, name)) return;
    requireCovered(object.aggregationRule ? EVERYTHING : policyRules(object.rules), namespace);
    return;
  }
  const reference = roleOf(object);
  if (may("bind", reference.kind === "Role" ? "roles" : "clusterroles", reference.name)) return;
  const rules = authorizer.rulesOfRole(reference, namespace);
  if (!rules) throw refuse.notFound(type, reference.name);
  requireCovered(rules, namespace);

  function requireCovered(wanted: readonly PolicyRule[], where: string): void {
    const missing = missingRights(authorizer.rulesFor(user, where).rules, wanted);
    if (missing.length === 0) return;
    const lines = compactRules(missing).map(describeRule).sort();
    const groups = user.groups.map((group) => JSON.stringify(group)).join(" ");
    throw refuse.forbidden(
      `${qualified(type)} ${JSON.stringify(name)} is forbidden: user ${JSON.stringify(user.name)} (groups=[${groups}]) is attempting to grant RBAC permissions not currently held:\n${lines.join("\n")}`,
      { name, group: GROUP, kind: type.plural },
    );
  }
}

function roleOf(binding: KubeObject): RoleRef {
  const { roleRef } = binding;
  const { kind, name } = isRecord(roleRef) ? roleRef : {};
  return { kind: String(kind), name: String(name) };
}
