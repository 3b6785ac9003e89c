import { weakMemo } from "@/lib/base/weak-memo";
import {
  authorizationPolicySpec,
  type AuthorizationPolicySpec,
} from "@/lib/istio/authorization-policy";
import type { KubeObject } from "@/lib/k8s/object";
import {
  type Check,
  conditionReader,
  type FieldReader,
  OPERATION_READERS,
  type PolicyFacts,
  sourceReaders,
} from "./rule-checks";

type Rule = NonNullable<AuthorizationPolicySpec["rules"]>[number];

/** One thing that a rule asks, of which any of the values must hold, or none. */
interface Condition {
  /** `from[0].source.principals`. */
  readonly path: string;
  readonly values: readonly string[];
  readonly holds: Check;
}

/** A rule, ready to be asked. */
export interface CompiledRule {
  /** Envoy's name of it: `ns[shop]-policy[viewer]-rule[0]`. */
  readonly name: string;
  readonly object: KubeObject;
  /** `spec.rules[0]`. */
  readonly path: string;
  /** The first condition that fails, of the alternative that comes furthest; undefined for a match. */
  failing(facts: PolicyFacts): Condition | undefined;
}

/** How a rule is read. */
interface Reading {
  readonly action: string;
  /** `ztunnel` reads even less than a proxy does of TCP. */
  readonly protocol: "http" | "tcp" | "ztunnel";
  readonly trustDomains: readonly string[];
}

/** The rules of a policy for HTTP or for TCP, where what only HTTP has cannot be asked. */
export function compiledRules(policy: KubeObject, reading: Reading): readonly CompiledRule[] {
  const known = compiledPolicies(policy);
  const key = `${reading.protocol}/${reading.trustDomains.join(",")}`;
  const found = known.get(key);
  if (found) return found;
  const { name, namespace = "" } = policy.metadata;
  const rules = (authorizationPolicySpec(policy).rules ?? []).flatMap((rule, index) => {
    const failing = compileRule(rule, namespace, reading);
    const path = `spec.rules[${index}]`;
    const full = `ns[${namespace}]-policy[${name}]-rule[${index}]`;
    return failing ? [{ name: full, object: policy, path, failing }] : [];
  });
  known.set(key, rules);
  return rules;
}

const compiledPolicies = weakMemo((_: KubeObject) => new Map<string, readonly CompiledRule[]>());

/** Any of `from`, any of `to`, and all of `when`. Undefined for a rule that is left out. */
function compileRule(
  rule: Rule,
  namespace: string,
  reading: Reading,
): CompiledRule["failing"] | undefined {
  const place = { namespace, trustDomains: reading.trustDomains };
  const when: Condition[] = [];
  for (const [index, { key = "", values, notValues }] of (rule.when ?? []).entries()) {
    const reader = conditionReader(key, place);
    // A key that istiod does not know drops the whole rule.
    if (!reader) return undefined;
    const fields = { values, notValues };
    const conditions = conditionsOf(`when[${index}]`, fields, () => reader, reading);
    if (!conditions) return undefined;
    when.push(...conditions);
  }
  const sources = sourceReaders(place);
  const from = alternatives(
    (rule.from ?? []).map(({ source }, index) => [`from[${index}].source`, source] as const),
    sources,
    reading,
  );
  const to = alternatives(
    (rule.to ?? []).map(({ operation }, index) => [`to[${index}].operation`, operation] as const),
    OPERATION_READERS,
    reading,
  );
  if (!from || !to) return undefined;
  return (facts) => {
    const failed = (conditions: readonly Condition[]) =>
      conditions.find((condition) => !condition.holds(facts));
    const anyOf = (lists: readonly (readonly Condition[])[]): Condition | undefined => {
      let first: Condition | undefined;
      for (const conditions of lists) {
        const failing = failed(conditions);
        if (!failing) return undefined;
        first ??= failing;
      }
      return first;
    };
    return anyOf(from) ?? anyOf(to) ?? failed(when);
  };
}

type Fields = Readonly<Record<string, readonly string[] | undefined>>;

function alternatives(
  entries: readonly (readonly [string, object | undefined])[],
  readers: Readonly<Record<string, FieldReader>>,
  reading: Reading,
): readonly (readonly Condition[])[] | undefined {
  const lists: (readonly Condition[])[] = [];
  for (const [path, fields = {}] of entries) {
    const list = conditionsOf(path, fields as Fields, (field) => readers[field], reading);
    if (!list) return undefined;
    lists.push(list);
  }
  return lists;
}

/** The conditions of some fields; undefined where an ALLOW rule has one that cannot be asked. */
function conditionsOf(
  path: string,
  fields: Fields,
  readerOf: (field: string) => FieldReader | undefined,
  reading: Reading,
): readonly Condition[] | undefined {
  const conditions: Condition[] = [];
  for (const [field, values] of Object.entries(fields)) {
    if (!values?.length) continue;
    const negated = /^not[A-Z]/.test(field);
    const plain = negated ? `${field.charAt(3).toLowerCase()}${field.slice(4)}` : field;
    const reader = readerOf(plain);
    if (!reader) continue;
    const unknown =
      (reader.httpOnly && reading.protocol !== "http") ||
      (reader.envoyOnly === true && reading.protocol === "ztunnel");
    const checks = unknown ? [] : values.map((value) => reader.check(value));
    const known = checks.filter((check) => check !== undefined);
    if (unknown || known.length < checks.length) {
      // An ALLOW rule shrinks by what is not understood, other rules grow.
      if (reading.action === "ALLOW") return undefined;
      if (known.length === 0) continue;
    }
    const any: Check = (facts) => known.some((check) => check(facts));
    conditions.push({
      path: `${path}.${field}`,
      values,
      holds: negated ? (facts) => !any(facts) : any,
    });
  }
  return conditions;
}
