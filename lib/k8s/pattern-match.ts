import { RE2JS } from "re2js";
import { type LinearPattern, linearPattern } from "./linear-pattern";

interface Compiled {
  readonly linear: LinearPattern | undefined;
  /** Made when it is needed: it takes many times as long. */
  re2: RE2JS | undefined;
}

const known = new Map<string, Compiled>();

function compiledOf(pattern: string): Compiled {
  let compiled = known.get(pattern);
  if (!compiled) {
    compiled = { linear: linearPattern(pattern), re2: undefined };
    known.set(pattern, compiled);
  }
  return compiled;
}

/** As `matchesPattern`; undefined where that would need RE2. */
export const linearMatch = (pattern: string, text: string): boolean | undefined =>
  compiledOf(pattern).linear?.test(text);

/** Whether a text contains a match of an RE2 pattern. @throws RE2JSSyntaxException when it is none */
export function matchesPattern(pattern: string, text: string): boolean {
  const compiled = compiledOf(pattern);
  const found = compiled.linear?.test(text);
  if (found !== undefined) return found;
  compiled.re2 ??= RE2JS.compile(pattern);
  return compiled.re2.matcher(text).find();
}
