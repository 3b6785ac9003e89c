import { isRecord, sameJson, without } from "@/lib/k8s/json-value";
import type { Field } from "../field";

/** Why a match, or a whole rule, of a VirtualService never applies. */
export interface Shadow {
  /** The rule that takes all requests first. */
  readonly by: number;
  readonly because: "catch-all" | "duplicate" | "covered";
}

/** How one rule of a list can be reached: what shadows it whole, and what shadows its matches. */
export interface RuleReach {
  readonly rule: Field;
  readonly index: number;
  readonly shadow: Shadow | undefined;
  readonly matches: readonly { readonly field: Field; readonly shadow: Shadow | undefined }[];
}

/**
 * Which rules of `spec.http`, `spec.tls` or `spec.tcp` can be reached.
 *
 * Rules are tried in order and the first match wins. A rule without matches takes everything, and
 * so does one with an empty match or the prefix `/` alone: istiod sends nothing behind it to
 * proxies. A match whose every condition follows from one before it is never the first.
 */
export function reachOf(rules: readonly Field[]): readonly RuleReach[] {
  const earlier: { match: unknown; by: number }[] = [];
  let catchAll: number | undefined;
  return rules.map((rule, index) => {
    const matches = rule.at("match").items();
    const outer = catchAll === undefined ? undefined : shadow(catchAll, "catch-all");
    const reached = matches.map((field) => {
      const found = outer ?? shadowOf(field.value, earlier);
      earlier.push({ match: field.value, by: index });
      return { field, shadow: found };
    });
    if (matches.length === 0 || matches.some(({ value }) => isCatchAll(value))) catchAll ??= index;
    const last = reached.at(-1);
    const whole = last && reached.every((match) => match.shadow) ? last.shadow : undefined;
    return { rule, index, shadow: outer ?? whole, matches: reached };
  });
}

const shadow = (by: number, because: Shadow["because"]): Shadow => ({ by, because });

function shadowOf(
  match: unknown,
  earlier: readonly { match: unknown; by: number }[],
): Shadow | undefined {
  for (const { match: before, by } of earlier) {
    if (sameJson(conditions(before), conditions(match))) return shadow(by, "duplicate");
    if (covers(conditions(before), conditions(match))) return shadow(by, "covered");
  }
  return undefined;
}

/** What a match asks for: all its fields but those that only name it. */
const conditions = (match: unknown): Readonly<Record<string, unknown>> =>
  isRecord(match) ? without(match, "name", "statPrefix") : {};

/** Whether everything that satisfies `later` satisfies `earlier`. */
function covers(
  earlier: Readonly<Record<string, unknown>>,
  later: Readonly<Record<string, unknown>>,
): boolean {
  return Object.entries(earlier).every(([name, condition]) => {
    if (name === "uri") return uriCovers(condition, later["uri"], earlier, later);
    if (name === "ignoreUriCase") return condition === false || later[name] === condition;
    return sameJson(condition, later[name]);
  });
}

function uriCovers(
  earlier: unknown,
  later: unknown,
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): boolean {
  if (sameJson(earlier, later)) return true;
  if (!isRecord(earlier) || typeof earlier["prefix"] !== "string") return false;
  if ((before["ignoreUriCase"] ?? false) !== (after["ignoreUriCase"] ?? false)) return false;
  if (!isRecord(later)) return false;
  const value = later["exact"] ?? later["prefix"];
  return typeof value === "string" && value.startsWith(earlier["prefix"]);
}

function isCatchAll(match: unknown): boolean {
  const { uri, ...others } = conditions(match);
  if (!isRecord(match) || Object.keys(without(others, "ignoreUriCase")).length > 0) return false;
  if (uri === undefined) return true;
  return isRecord(uri) && (uri["prefix"] === "/" || uri["regex"] === ".*" || uri["regex"] === "*");
}

/** How istiod calls a rule: its quoted name, or `#` and its 0-based number. */
export function ruleLabel(rules: readonly Field[], index: number): string {
  const name = rules[index]?.at("name").text;
  return name === undefined ? `#${index}` : `"${name}"`;
}
