import { RE2JS } from "re2js";

/** Whether a value fits; an absent one fits nothing. */
export type ValueMatcher = (value: string | undefined) => boolean;

/** A value of a policy: exact, `x*`, `*x`, or `*` for whatever is there and not empty. */
export function valueMatcher(pattern: string, ignoreCase = false): ValueMatcher {
  const fold = (text: string): string => (ignoreCase ? text.toLowerCase() : text);
  const wanted = fold(pattern);
  if (pattern === "*") return (value) => value !== undefined && value !== "";
  if (pattern.startsWith("*")) {
    return (value) => value !== undefined && fold(value).endsWith(wanted.slice(1));
  }
  if (pattern.endsWith("*")) {
    return (value) => value !== undefined && fold(value).startsWith(wanted.slice(0, -1));
  }
  return (value) => value !== undefined && fold(value) === wanted;
}

/** As `valueMatcher`, but `*` is content with an empty value. */
export const headerMatcher = (pattern: string, ignoreCase = false): ValueMatcher =>
  pattern === "*" ? (value) => value !== undefined : valueMatcher(pattern, ignoreCase);

/** A whole value by a regular expression of pieces that are known to be quoted. */
export function patternMatcher(source: string): ValueMatcher {
  const compiled = RE2JS.compile(source);
  return (value) => value !== undefined && compiled.matches(value);
}

export const quoted = (text: string): string => RE2JS.quote(text);

/** Whether a path of a policy is a template: `{*}` stands for a segment, `{**}` for any number. */
export const isPathTemplate = (path: string): boolean =>
  path.includes("{*}") || path.includes("{**}");

const SEGMENT = "[a-zA-Z0-9\\-._~%!$&'()+,;:@=]+";
const SEGMENTS = "[a-zA-Z0-9\\-._~%!$&'()+,;:@=/]*";

/** Paths by a template. Source: Envoy's URI template matcher. */
export function pathTemplateMatcher(template: string): ValueMatcher {
  const source = template
    .replaceAll("{**}", "**")
    .replaceAll("{*}", "*")
    .split(/(\*\*|\*)/)
    .map((piece) => (piece === "**" ? SEGMENTS : piece === "*" ? SEGMENT : quoted(piece)))
    .join("");
  return patternMatcher(source);
}
