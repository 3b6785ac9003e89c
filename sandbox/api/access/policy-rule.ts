import { isRecord, type JsonRecord } from "@/lib/k8s/json-value";
import type { Attempt } from "./attempt";

/** One rule of a Role or ClusterRole (`rbac.authorization.k8s.io/v1`). */
export interface PolicyRule {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames: readonly string[];
  readonly nonResourceURLs: readonly string[];
}

const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];

/** The rules of a role's `rules`; what is malformed grants nothing. */
export const policyRules = (value: unknown): readonly PolicyRule[] =>
  (Array.isArray(value) ? value.filter(isRecord) : []).map((rule) => ({
    verbs: texts(rule.verbs),
    apiGroups: texts(rule.apiGroups),
    resources: texts(rule.resources),
    resourceNames: texts(rule.resourceNames),
    nonResourceURLs: texts(rule.nonResourceURLs),
  }));

const names = (list: readonly string[], wanted: string): boolean =>
  list.includes("*") || list.includes(wanted);

/** `*` names every resource, `*` before a slash the subresource of every resource. */
const namesResource = (list: readonly string[], resource: string, subresource: string): boolean =>
  names(list, subresource ? `${resource}/${subresource}` : resource) ||
  (subresource !== "" && list.includes(`*/${subresource}`));

/** A path, or the beginning of paths when it ends with a star. */
const namesPath = (list: readonly string[], path: string): boolean =>
  list.some(
    (url) =>
      url === "*" || url === path || (url.endsWith("*") && path.startsWith(url.slice(0, -1))),
  );

/** Whether the rule allows the attempt (`RuleAllows` of Kubernetes' RBAC authorizer). */
export function ruleAllows(rule: PolicyRule, attempt: Attempt): boolean {
  if (!names(rule.verbs, attempt.verb)) return false;
  if ("path" in attempt) return namesPath(rule.nonResourceURLs, attempt.path);
  const { group, resource, subresource, name } = attempt;
  return (
    names(rule.apiGroups, group) &&
    namesResource(rule.resources, resource, subresource) &&
    (rule.resourceNames.length === 0 || rule.resourceNames.includes(name))
  );
}

/** The rule as documents have it, without its empty lists. */
export const ruleDocument = (rule: PolicyRule): JsonRecord =>
  Object.fromEntries(Object.entries(rule).filter(([, list]) => (list as unknown[]).length > 0));

/** Rules that name one verb and one thing each; together they grant what `rule` grants. */
function brokenDown(rule: PolicyRule): readonly PolicyRule[] {
  const none = { apiGroups: [], resources: [], resourceNames: [], nonResourceURLs: [] };
  const objects = rule.apiGroups.flatMap((group) =>
    rule.resources.flatMap((resource) =>
      rule.verbs.flatMap((verb) => {
        const one = { ...none, verbs: [verb], apiGroups: [group], resources: [resource] };
        return rule.resourceNames.length === 0
          ? [one]
          : rule.resourceNames.map((name) => ({ ...one, resourceNames: [name] }));
      }),
    ),
  );
  const paths = rule.nonResourceURLs.flatMap((url) =>
    rule.verbs.map((verb) => ({ ...none, verbs: [verb], nonResourceURLs: [url] })),
  );
  return [...objects, ...paths];
}

const coversAll = (have: readonly string[], want: readonly string[]): boolean =>
  have.includes("*") || want.every((item) => have.includes(item));

const coversResources = (have: readonly string[], want: readonly string[]): boolean =>
  coversAll(have, want) ||
  want.every(
    (item) =>
      have.includes(item) ||
      (item.includes("/") && have.includes(`*/${item.slice(item.indexOf("/") + 1)}`)),
  );

const coversPaths = (have: readonly string[], want: readonly string[]): boolean =>
  want.every((url) =>
    have.some(
      (own) =>
        own === "*" || own === url || (own.endsWith("*") && url.startsWith(own.slice(0, -1))),
    ),
  );

const covers = (own: PolicyRule, wanted: PolicyRule): boolean =>
  coversAll(own.verbs, wanted.verbs) &&
  coversAll(own.apiGroups, wanted.apiGroups) &&
  coversResources(own.resources, wanted.resources) &&
  (own.resourceNames.length === 0 ||
    (wanted.resourceNames.length > 0 &&
      wanted.resourceNames.every((name) => own.resourceNames.includes(name)))) &&
  coversPaths(own.nonResourceURLs, wanted.nonResourceURLs);

/** The parts of `wanted` that none of `own` grants, verb by verb. */
export const missingRights = (
  own: readonly PolicyRule[],
  wanted: readonly PolicyRule[],
): readonly PolicyRule[] =>
  wanted.flatMap(brokenDown).filter((rule) => !own.some((one) => covers(one, rule)));

/** Rules that differ in nothing but their verbs, joined; others as they are. */
export function compactRules(rules: readonly PolicyRule[]): readonly PolicyRule[] {
  const joined = new Map<string, PolicyRule>();
  for (const rule of rules) {
    const { apiGroups, resources, resourceNames, nonResourceURLs } = rule;
    const key = JSON.stringify([apiGroups, resources, resourceNames, nonResourceURLs]);
    const known = joined.get(key);
    const verbs = [...new Set([...(known?.verbs ?? []), ...rule.verbs])];
    joined.set(key, { ...rule, verbs });
  }
  return [...joined.values()];
}

/** `{APIGroups:[""], Resources:["pods"], Verbs:["get"]}`, as refusals print a rule. */
export function describeRule(rule: PolicyRule): string {
  const parts = [
    ["APIGroups", rule.apiGroups],
    ["Resources", rule.resources],
    ["NonResourceURLs", rule.nonResourceURLs],
    ["ResourceNames", rule.resourceNames],
    ["Verbs", rule.verbs],
  ] as const;
  const shown = parts
    .filter(([, list]) => list.length > 0)
    .map(([title, list]) => `${title}:[${list.map((text) => JSON.stringify(text)).join(" ")}]`);
  return `{${shown.join(", ")}}`;
}
