import { RE2JS, RE2JSSyntaxException } from "re2js";
import { PromqlError } from "./promql-error";

export type MatchOperator = "=" | "!=" | "=~" | "!~";

/** One condition of a selector. An absent label counts as the empty text, as in Prometheus. */
export interface LabelMatcher {
  readonly label: string;
  readonly op: MatchOperator;
  readonly value: string;
  accepts(text: string): boolean;
}

/** @throws PromqlError when a regular expression is not RE2's. */
export function labelMatcher(label: string, op: MatchOperator, value: string): LabelMatcher {
  if (op === "=") return { label, op, value, accepts: (text) => text === value };
  if (op === "!=") return { label, op, value, accepts: (text) => text !== value };
  const test = fullMatch(value);
  const accepts = op === "=~" ? test : (text: string) => !test(text);
  return { label, op, value, accepts };
}

/** A test for texts that the RE2 pattern matches from start to end; results are kept by text. */
function fullMatch(pattern: string): (text: string) => boolean {
  const compiled = compileRe2(pattern);
  const seen = new Map<string, boolean>();
  return (text) => {
    let result = seen.get(text);
    if (result === undefined) {
      result = compiled.matches(text);
      seen.set(text, result);
    }
    return result;
  };
}

/** @throws PromqlError with the pattern when it is not valid RE2. */
export function compileRe2(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern, RE2JS.DOTALL);
  } catch (error) {
    if (!(error instanceof RE2JSSyntaxException)) throw error;
    throw new PromqlError("bad_data", `invalid regular expression ${JSON.stringify(pattern)}`);
  }
}
