import { RE2JS } from "re2js";
import type { StringMatch } from "@/lib/istio/virtual-service";

/** How one value of a request is compared, ready to run. */
export interface StringMatcher {
  /** `exact "/x"`: what is wanted, in words. */
  readonly wants: string;
  /** `undefined` is a value that is absent. */
  test(value: string | undefined): boolean;
}

/** Whether a match asks only that the value is there: `{}`, or the special regex `*`. */
const isPresence = (match: StringMatch): boolean =>
  match.regex === "*" ||
  (match.exact === undefined && match.prefix === undefined && match.regex === undefined);

/**
 * Compiles a match. A regex that RE2 refuses matches nothing, as the API server would have refused
 * the object.
 */
export function stringMatcher(match: StringMatch, ignoreCase = false): StringMatcher {
  if (isPresence(match)) return { wants: "any value", test: (value) => value !== undefined };
  const fold = ignoreCase ? (text: string) => text.toLowerCase() : (text: string) => text;
  if (match.exact !== undefined) {
    const exact = fold(match.exact);
    return {
      wants: `exact "${match.exact}"`,
      test: (value) => value !== undefined && fold(value) === exact,
    };
  }
  if (match.prefix !== undefined) {
    const prefix = fold(match.prefix);
    return {
      wants: `prefix "${match.prefix}"`,
      test: (value) => value !== undefined && fold(value).startsWith(prefix),
    };
  }
  const regex = compileRegex(match.regex ?? "");
  return {
    wants: `regex "${match.regex}"`,
    test: (value) => value !== undefined && regex !== undefined && regex.matches(value),
  };
}

/** A regular expression of configuration; undefined where RE2 refuses it. */
export function compileRegex(pattern: string): RE2JS | undefined {
  try {
    return RE2JS.compile(pattern);
  } catch {
    // Refused by RE2's syntax: the only way that compiling fails.
    return undefined;
  }
}
