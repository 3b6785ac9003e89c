import type { Field } from "@/lib/yaml/field";
import type { IstioConfig } from "./config";
import { checkCondition, checkCustomCondition } from "./authorization-conditions";
import {
  accountsProblem,
  emptyProblem,
  ipProblems,
  pathsProblem,
  portTextProblems,
  textsOf,
  trustDomainsProblem,
} from "./authorization-values";
import { Issues } from "./issue";
import { checkTargets } from "./selectors";

/** Checks an AuthorizationPolicy; its errors begin with the policy's name. */
export function checkAuthorizationPolicy(
  { spec, name, namespace }: IstioConfig,
  issues: Issues,
): void {
  const inner = new Issues();
  checkSpec(spec, inner);
  const prefix = `invalid policy ${name}.${namespace}: `;
  issues.found.push(
    ...inner.found.map((issue) =>
      issue.level === "Error" ? { ...issue, message: prefix + issue.message } : issue,
    ),
  );
}

const NO_RULES =
  "action without `rules` is meaningless as it will never be triggered, add an empty rule `{}` if you want it be triggered for every request";

function checkSpec(spec: Field, issues: Issues): void {
  checkTargets(spec, issues);
  const action = spec.at("action").text ?? "ALLOW";
  const rules = spec.at("rules").items();
  const provider = spec.at("provider");
  if (action === "CUSTOM") {
    if (rules.length === 0) issues.error(spec, `CUSTOM ${NO_RULES}`);
    else if (provider.at("name").text === undefined) {
      issues.error(provider, "`provider.name` must not be empty");
    }
    for (const rule of rules) checkCustomRule(rule, issues);
  } else if (provider.exists) {
    issues.error(provider, `\`provider\` must not be with non CUSTOM action, found ${action}`);
  }
  if (action === "DENY" && rules.length === 0) issues.error(spec, `DENY ${NO_RULES}`);
  rules.forEach((rule, index) => {
    if (!rule.exists) {
      issues.error(rule, `\`rule\` must not be nil, found at rule ${index}`);
      return;
    }
    const reach = checkRule(rule, index, issues);
    if (action !== "DENY" || !reach.deniesAllTcp) return;
    issues.warn(
      rule,
      "configured AuthorizationPolicy will deny all traffic to TCP ports under its scope due to the use of only HTTP attributes in a DENY rule; it is recommended to explicitly specify the port",
    );
  });
}

/** Sources that an external authorizer is never asked about. */
const NOT_CUSTOM = [
  "namespaces",
  "notNamespaces",
  "serviceAccounts",
  "notServiceAccounts",
  "trustDomains",
  "notTrustDomains",
  "principals",
  "notPrincipals",
  "requestPrincipals",
  "notRequestPrincipals",
];

const inGo = (field: string): string => field.charAt(0).toUpperCase() + field.slice(1);

function checkCustomRule(rule: Field, issues: Issues): void {
  for (const from of rule.at("from").items()) {
    for (const field of NOT_CUSTOM) {
      const list = from.at("source", field);
      if (list.items().length === 0) continue;
      issues.error(list, `From.${inGo(field)} is currently not supported with CUSTOM action`);
    }
  }
  for (const condition of rule.at("when").items()) checkCustomCondition(condition, issues);
}

/** What a rule without ports does to TCP, which knows nothing of HTTP's attributes. */
interface Reach {
  readonly deniesAllTcp: boolean;
}

/** Fields of a source that TCP knows too. */
const TCP_SOURCES = [
  "principals",
  "notPrincipals",
  "ipBlocks",
  "notIpBlocks",
  "namespaces",
  "notNamespaces",
  "remoteIpBlocks",
  "notRemoteIpBlocks",
  "serviceAccounts",
  "notServiceAccounts",
];

function checkRule(rule: Field, index: number, issues: Issues): Reach {
  const found = `found at rule ${index}`;
  const sources: Field[] = [];
  const operations: Field[] = [];
  for (const from of rule.at("from").items()) {
    const source = from.at("source");
    if (!from.exists) issues.error(from, `\`from\` must not be nil, ${found}`);
    else if (!source.exists) issues.error(from, `\`from.source\` must not be nil, ${found}`);
    else sources.push(source);
  }
  for (const to of rule.at("to").items()) {
    const operation = to.at("operation");
    if (!to.exists) issues.error(to, `\`to\` must not be nil, ${found}`);
    else if (!operation.exists) issues.error(to, `\`to.operation\` must not be nil, ${found}`);
    else operations.push(operation);
  }
  for (const source of sources) checkSource(source, found, issues);
  for (const operation of operations) checkOperation(operation, found, issues);
  for (const condition of rule.at("when").items()) checkCondition(condition, issues);
  const hasAny = (field: Field, names: readonly string[]) =>
    names.some((name) => field.at(name).items().length > 0);
  const knowsSource = sources.some((source) => hasAny(source, TCP_SOURCES));
  const knowsPort = operations.some((operation) => hasAny(operation, ["ports", "notPorts"]));
  return {
    deniesAllTcp: operations.length > 0 ? !knowsPort : sources.length > 0 && !knowsSource,
  };
}

type ListProblem = (where: string, values: readonly string[]) => string | undefined;

/** The lists of a source, each with its negation, and what may stand in them. */
const SOURCE_LISTS: readonly (readonly [field: string, problemOf: ListProblem])[] = [
  ["principals", emptyProblem],
  ["requestPrincipals", emptyProblem],
  ["namespaces", emptyProblem],
  ["serviceAccounts", accountsProblem],
  ["trustDomains", trustDomainsProblem],
  ["ipBlocks", emptyProblem],
  ["remoteIpBlocks", emptyProblem],
];

const negated = (field: string): string => `not${inGo(field)}`;

function checkSource(source: Field, found: string, issues: Issues): void {
  const count = (...fields: readonly string[]): number =>
    fields.reduce((sum, field) => sum + source.at(field).items().length, 0);
  const names = count("principals", "notPrincipals", "namespaces", "notNamespaces");
  if (names > 0 && count("serviceAccounts", "notServiceAccounts") > 0) {
    issues.error(source, `cannot set serviceAccounts with namespaces or principals, ${found}`);
  }
  const fields = SOURCE_LISTS.flatMap(([field]) => [field, negated(field)]);
  if (count(...fields) === 0) {
    issues.error(source, `\`from.source\` must not be empty, ${found}`);
  }
  for (const field of ["ipBlocks", "notIpBlocks", "remoteIpBlocks", "notRemoteIpBlocks"]) {
    const list = source.at(field);
    for (const problem of ipProblems(textsOf(list))) issues.error(list, problem);
  }
  for (const [field, problemOf] of SOURCE_LISTS) checkList(source, field, problemOf, issues);
}

/** Checks a list and its negation. */
function checkList(holder: Field, field: string, problemOf: ListProblem, issues: Issues): void {
  for (const name of [field, negated(field)]) {
    const list = holder.at(name);
    issues.check(list, problemOf(inGo(name), textsOf(list)));
  }
}

function checkOperation(operation: Field, found: string, issues: Issues): void {
  const fields = ["ports", "methods", "paths", "hosts"];
  const all = fields.flatMap((field) => [field, negated(field)]);
  if (all.every((field) => operation.at(field).items().length === 0)) {
    issues.error(operation, `\`to.operation\` must not be empty, ${found}`);
  }
  for (const name of ["ports", "notPorts"]) {
    const list = operation.at(name);
    for (const problem of portTextProblems(textsOf(list))) issues.error(list, problem);
  }
  for (const field of fields) checkList(operation, field, emptyProblem, issues);
  checkList(operation, "paths", pathsProblem, issues);
}
