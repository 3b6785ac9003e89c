import type { Field } from "@/lib/yaml/field";
import { isIp, prefixProblem } from "./addresses";
import { byteLength, cut, quoted } from "./names";

/** The texts of a list, empty ones too. */
export const textsOf = (list: Field): readonly string[] =>
  list.items().map(({ text = "" }) => text);

/** What is wrong with addresses and ranges: one message for each wrong one. */
export const ipProblems = (values: readonly string[]): readonly string[] =>
  values.flatMap((value) => {
    if (!value.includes("/")) return isIp(value) ? [] : [`bad IP address (${value})`];
    const problem = prefixProblem(value);
    return problem === undefined ? [] : [`bad CIDR range (${value}): ${problem}`];
  });

/** What is wrong with ports that are written as texts. */
export const portTextProblems = (values: readonly string[]): readonly string[] =>
  values.flatMap((value) => {
    const fail = (why: string) => [`bad port (${value}): ${why}`];
    const syntax = (why: string) => fail(`strconv.ParseUint: parsing ${quoted(value)}: ${why}`);
    if (!/^\d+$/.test(value)) return syntax("invalid syntax");
    if (Number(value) >= 2 ** 32) return syntax("value out of range");
    return Number(value) > 65_535 ? fail("<nil>") : [];
  });

/** The first fault of values that must not be empty. `where` is the list's name in messages. */
export const emptyProblem = (where: string, values: readonly string[]): string | undefined =>
  values.includes("") ? `empty value not allowed, found in ${where}` : undefined;

/** The first fault of values that may have one wildcard, at either end. */
export function wildcardProblem(where: string, values: readonly string[]): string | undefined {
  const empty = emptyProblem(where, values);
  if (empty !== undefined) return empty;
  for (const value of values) {
    const count = value.split("*").length - 1;
    if (count > 1) return `at most one wildcard is allowed, found in ${where}: ${quoted(value)}`;
    if (count === 1 && !value.startsWith("*") && !value.endsWith("*")) {
      return `wildcard is only allowed at the start or end, found in ${where}: ${quoted(value)}`;
    }
  }
  return undefined;
}

/** The first fault of trust domains. */
export function trustDomainsProblem(where: string, values: readonly string[]): string | undefined {
  const slashed = values.find((value) => value.includes("/"));
  return (
    wildcardProblem(where, values) ??
    (slashed === undefined
      ? undefined
      : `trust domain must not contain '/', found in ${where}: ${quoted(slashed)}`)
  );
}

/** The first fault of service accounts: `name` or `namespace/name`. */
export function accountsProblem(where: string, values: readonly string[]): string | undefined {
  if (values.length > 16) return "may not have more than 16 values";
  for (const value of values) {
    const problem = accountProblem(where, value);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function accountProblem(where: string, value: string): string | undefined {
  if (value === "") return `empty value not allowed, found in ${where}`;
  if (value.includes("*")) return `wildcard not allowed, found in ${where}`;
  const form = "expected format 'serviceAccount' or 'namespace/serviceAccount', found";
  if (value.split("/").length > 2) return `${form} ${quoted(value)} in ${where}`;
  if (byteLength(value) > 320) {
    return `value cannot exceed 320 characters, found ${quoted(value)} in ${where}`;
  }
  const [namespace, account] = cut(value, "/");
  if (account === undefined) return undefined;
  if (namespace === "") return `${form} empty namespace ${quoted(value)} in ${where}`;
  return account === "" ? `${form} empty serviceAccount ${quoted(value)} in ${where}` : undefined;
}

const ONE = "{*}";
const ANY = "{**}";
const LITERAL = /^[a-zA-Z0-9\-._~%!$&'()+,;:@=]+$/;

/** The first fault of paths that may be templates: `/a/{*}/b`, `/a/{**}`. */
export function pathsProblem(where: string, paths: readonly string[]): string | undefined {
  for (const path of paths) {
    const problem = pathProblem(path);
    if (problem === undefined) continue;
    const trimmed = path.replace(/^\/+|\/+$/g, "");
    return `invalid or unsupported path ${trimmed}, found in ${where}. ${problem}`;
  }
  return undefined;
}

function pathProblem(path: string): string | undefined {
  const isTemplate = path.includes(ONE) || path.includes(ANY);
  let hasAny = false;
  for (const segment of path.replace(/^\/+|\/+$/g, "").split("/")) {
    if (segment === ONE || segment === ANY) {
      if (hasAny) return "{**} is not the last operator";
      hasAny = segment === ANY;
    } else if (/[{}]/.test(segment)) {
      return "Contains '{' or '}' beyond a supported path template";
    } else if (isTemplate && !LITERAL.test(segment)) {
      return `Contains segment ${segment} with invalid string literal`;
    }
  }
  return undefined;
}
