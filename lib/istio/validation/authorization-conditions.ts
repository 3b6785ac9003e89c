import type { Field } from "@/lib/yaml/field";
import {
  accountsProblem,
  emptyProblem,
  ipProblems,
  portTextProblems,
  textsOf,
  wildcardProblem,
} from "./authorization-values";
import { errorList } from "./error-list";
import type { Issues } from "./issue";

/** Checks one condition of `when`. */
export function checkCondition(condition: Field, issues: Issues): void {
  const key = condition.at("key").text;
  if (key === undefined) {
    issues.error(condition, "`key` must not be empty");
    return;
  }
  const values = condition.at("values");
  const notValues = condition.at("notValues");
  if (values.items().length + notValues.items().length === 0) {
    issues.error(
      condition,
      `at least one of \`values\` or \`notValues\` must be set for key ${key}`,
    );
    return;
  }
  for (const [list, name] of [
    [values, "value"],
    [notValues, "notValue"],
  ] as const) {
    const problem = attributeProblem(key, textsOf(list));
    if (problem !== undefined) {
      issues.error(condition, `invalid \`${name}\` for \`key\` ${key}: ${problem}`);
    }
  }
}

const NOT_CUSTOM: ReadonlySet<string> = new Set([
  "source.namespace",
  "source.serviceAccount",
  "source.trustDomain",
  "source.principal",
]);

/** Checks a condition of a policy that asks an external authorizer. */
export function checkCustomCondition(condition: Field, issues: Issues): void {
  if (!condition.exists) {
    issues.error(condition, "when field cannot be nil");
    return;
  }
  const key = condition.at("key").text ?? "";
  if (NOT_CUSTOM.has(key) || key.startsWith("request.auth.")) {
    issues.error(condition, `${key} is currently not supported with CUSTOM action`);
  }
}

type ValuesProblem = (key: string, values: readonly string[]) => string | undefined;

const listed =
  (problemsOf: (values: readonly string[]) => readonly string[]): ValuesProblem =>
  (_, values) => {
    const problems = problemsOf(values);
    return problems.length === 0 ? undefined : errorList(problems);
  };

const anything: ValuesProblem = () => undefined;
const removed: ValuesProblem = (key) => `deprecated attribute ${key}: only supported in v1alpha1`;

const ATTRIBUTES: Readonly<Record<string, ValuesProblem>> = {
  "source.ip": listed(ipProblems),
  "remote.ip": listed(ipProblems),
  "source.namespace": anything,
  "source.serviceAccount": accountsProblem,
  "source.principal": anything,
  "source.trustDomain": wildcardProblem,
  "request.auth.principal": anything,
  "request.auth.audiences": anything,
  "request.auth.presenter": anything,
  "destination.ip": listed(ipProblems),
  "destination.port": listed(portTextProblems),
  "connection.sni": anything,
  "destination.namespace": (key) => `attribute ${key} is replaced by the metadata.namespace`,
  "destination.name": removed,
  "destination.user": removed,
};

/** Attributes that take a name in brackets: `request.headers[x]`. */
const keyed: ValuesProblem = (key) => {
  const open = key.indexOf("[");
  return key.endsWith("]") && open > 0 && open < key.length - 2
    ? undefined
    : `bad key (${key}): should have format a[b]`;
};

const BY_PREFIX: readonly (readonly [prefix: string, problemOf: ValuesProblem])[] = [
  ["request.headers", keyed],
  ["request.auth.claims", keyed],
  ["experimental.envoy.filters.", keyed],
  ["destination.labels", (key) => `attribute ${key} is replaced by the workload selector`],
];

function attributeProblem(key: string, values: readonly string[]): string | undefined {
  const empty = emptyProblem(key, values);
  if (empty !== undefined) return empty;
  if (Object.hasOwn(ATTRIBUTES, key)) return ATTRIBUTES[key]?.(key, values);
  const found = BY_PREFIX.find(([prefix]) => key.startsWith(prefix));
  return found ? found[1](key, values) : `unknown attribute: ${key}`;
}
