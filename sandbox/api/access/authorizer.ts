import { isRecord, type JsonRecord } from "@/lib/k8s/json-value";
import type { KubeObject } from "@/lib/k8s/object";
import type { ResourceKey, Storage } from "../storage";
import { type Attempt, forbidden } from "./attempt";
import { type PolicyRule, policyRules, ruleAllows } from "./policy-rule";
import { accountUserName, MASTERS, type User } from "./user";

const RBAC = "rbac.authorization.k8s.io";
const ROLES: ResourceKey = `roles.${RBAC}`;
export const CLUSTER_ROLES: ResourceKey = `clusterroles.${RBAC}`;
const ROLE_BINDINGS: ResourceKey = `rolebindings.${RBAC}`;
const CLUSTER_ROLE_BINDINGS: ResourceKey = `clusterrolebindings.${RBAC}`;

/** Whether something is allowed, and by which binding; or what kept a binding from counting. */
export interface Decision {
  readonly allowed: boolean;
  readonly reason: string;
}

/** The role that a binding names. */
export interface RoleRef {
  readonly kind: string;
  readonly name: string;
}

interface Grant {
  /** `RoleBinding "b/ns" of Role "r" to User "u"`. */
  readonly title: string;
  readonly role: RoleRef;
  /** Of the binding; empty for a ClusterRoleBinding. */
  readonly namespace: string;
}

/** By subject: which grants he has in each namespace; the empty namespace is that of all. */
type Grants = ReadonlyMap<string, ReadonlyMap<string, readonly Grant[]>>;

const record = (value: unknown): JsonRecord => (isRecord(value) ? value : {});
const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** Role-based access control: answers from the Roles and bindings in store, as they are now. */
export class Authorizer {
  private grants: Grants | undefined;
  /** Rules of stored roles; these never change, so they are read once. */
  private readonly read = new WeakMap<KubeObject, readonly PolicyRule[]>();

  constructor(private readonly storage: Storage) {
    for (const key of [ROLE_BINDINGS, CLUSTER_ROLE_BINDINGS]) {
      storage.watch(key, () => (this.grants = undefined));
    }
  }

  /** Decides by the rules of all bindings that name the user or one of his groups. */
  decide(user: User, attempt: Attempt): Decision {
    if (user.groups.includes(MASTERS)) return { allowed: true, reason: "" };
    const namespace = "path" in attempt ? "" : attempt.namespace;
    const missing: string[] = [];
    for (const grant of this.grantsOf(user, namespace)) {
      const rules = this.rulesOfRole(grant.role, grant.namespace);
      if (!rules) missing.push(notFound(grant.role));
      else if (rules.some((rule) => ruleAllows(rule, attempt))) {
        return { allowed: true, reason: `RBAC: allowed by ${grant.title}` };
      }
    }
    const list = missing.length === 1 ? missing[0] : `[${missing.join(", ")}]`;
    return { allowed: false, reason: missing.length > 0 ? `RBAC: ${list}` : "" };
  }

  /** @throws StatusError 403 */
  authorize(user: User, attempt: Attempt): void {
    const { allowed, reason } = this.decide(user, attempt);
    if (!allowed) throw forbidden(user, attempt, reason);
  }

  /** All rules that hold for the user in a namespace, and the roles that bindings name in vain. */
  rulesFor(
    user: User,
    namespace: string,
  ): { rules: readonly PolicyRule[]; missing: readonly string[] } {
    const missing: string[] = [];
    const rules: PolicyRule[] = [];
    for (const grant of this.grantsOf(user, namespace)) {
      const granted = this.rulesOfRole(grant.role, grant.namespace);
      if (granted) rules.push(...granted);
      else missing.push(notFound(grant.role));
    }
    return { rules, missing };
  }

  /** The rules of a role; undefined when there is no such role. */
  rulesOfRole({ kind, name }: RoleRef, namespace: string): readonly PolicyRule[] | undefined {
    const role =
      kind === "ClusterRole"
        ? this.storage.get(CLUSTER_ROLES, "", name)
        : this.storage.get(ROLES, namespace, name);
    if (!role) return undefined;
    const rules = this.read.get(role) ?? policyRules(role.rules);
    this.read.set(role, rules);
    return rules;
  }

  private *grantsOf(user: User, namespace: string): Iterable<Grant> {
    this.grants ??= this.collected();
    const subjects = [`User:${user.name}`, ...user.groups.map((group) => `Group:${group}`)];
    for (const scope of namespace ? ["", namespace] : [""]) {
      for (const subject of subjects) yield* this.grants.get(subject)?.get(scope) ?? [];
    }
  }

  private collected(): Grants {
    const grants = new Map<string, Map<string, Grant[]>>();
    for (const key of [CLUSTER_ROLE_BINDINGS, ROLE_BINDINGS]) {
      for (const binding of this.storage.list(key)) {
        for (const [subject, grant] of grantsOfBinding(binding)) {
          const scopes = grants.get(subject) ?? new Map<string, Grant[]>();
          scopes.set(grant.namespace, [...(scopes.get(grant.namespace) ?? []), grant]);
          grants.set(subject, scopes);
        }
      }
    }
    return grants;
  }
}

const notFound = ({ kind, name }: RoleRef): string =>
  `${kind.toLowerCase()}.${RBAC} ${JSON.stringify(name)} not found`;

function* grantsOfBinding(binding: KubeObject): Iterable<readonly [string, Grant]> {
  const { name, namespace = "" } = binding.metadata;
  const reference = record(binding.roleRef);
  const role: RoleRef = { kind: text(reference.kind), name: text(reference.name) };
  const title = namespace ? `${name}/${namespace}` : name;
  const subjects: unknown = binding.subjects;
  for (const subject of Array.isArray(subjects) ? subjects.filter(isRecord) : []) {
    const kind = text(subject.kind);
    const isAccount = kind === "ServiceAccount";
    const home = text(subject.namespace) || namespace;
    const user = isAccount ? accountUserName(home, text(subject.name)) : text(subject.name);
    const shown = isAccount ? `${text(subject.name)}/${home}` : user;
    yield [
      `${isAccount ? "User" : kind}:${user}`,
      {
        title: `${binding.kind} ${JSON.stringify(title)} of ${role.kind} ${JSON.stringify(role.name)} to ${kind} ${JSON.stringify(shown)}`,
        role,
        namespace,
      },
    ];
  }
}
