import { RE2JS, RE2JSSyntaxException } from "re2js";
import { parsePattern } from "@/lib/k8s/linear-pattern-syntax";
import type { Field } from "@/lib/yaml/field";
import type { Issues } from "./issue";
import { byteLength, quoted } from "./names";

const LONGEST_REGEX = 1024;

/** Why a text is no RE2 expression, in the words of Go's regexp; undefined when it is one. */
export function regexProblem(expression: string): string | undefined {
  // What is read here is RE2's too, and quicker.
  if (parsePattern(expression)) return undefined;
  try {
    RE2JS.compile(expression);
    return undefined;
  } catch (error) {
    if (error instanceof RE2JSSyntaxException) return error.message;
    throw error;
  }
}

/** What is wrong with an expression that `where` holds. */
export function limitedRegexProblem(expression: string, where: string): string | undefined {
  const name = quoted(where);
  if (byteLength(expression) > LONGEST_REGEX) {
    return `${name}: regex is too large, max length allowed is ${LONGEST_REGEX}`;
  }
  const problem = regexProblem(expression);
  return (
    problem &&
    `${name}: ${problem}; Istio uses RE2 style regex-based match (https://github.com/google/re2/wiki/Syntax)`
  );
}

/** Checks the expression of a match, if it has one. `where` is the match's name in messages. */
export function checkRegexMatch(match: Field, where: string, issues: Issues): void {
  const regex = match.at("regex");
  if (!regex.exists) return;
  issues.check(
    regex,
    regex.text === undefined
      ? `${quoted(where)}: regex string match should not be empty`
      : limitedRegexProblem(regex.text, where),
  );
}

/** Checks a match of a text: neither its prefix nor its expression may be empty. */
export function checkStringMatch(match: Field, where: string, issues: Issues): void {
  const prefix = match.at("prefix");
  if (prefix.exists && prefix.text === undefined) {
    issues.error(prefix, `${quoted(where)}: prefix string match should not be empty`);
  }
  checkRegexMatch(match, where, issues);
}
