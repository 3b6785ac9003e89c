const LITERALS = ["true", "false", "null"];

/**
 * What Go's encoding/json says of a text that is no JSON, where the fault is at its beginning or its
 * end; undefined where it is elsewhere.
 */
export function goJsonProblem(text: string): string | undefined {
  const start = text.trimStart();
  if (start === "") return "unexpected end of JSON input";
  const first = String.fromCodePoint(start.codePointAt(0) ?? 0);
  const literal = LITERALS.find((word) => word.startsWith(first));
  if (literal !== undefined) {
    const at = [...literal].findIndex((letter, index) => start[index] !== letter);
    if (at < 0) return undefined;
    if (at >= start.length) return "unexpected end of JSON input";
    return `invalid character ${quoted(start.charAt(at))} in literal ${literal} (expecting ${quoted(literal.charAt(at))})`;
  }
  if (/[[{"\d-]/.test(first)) return undefined;
  return `invalid character ${quoted(first)} looking for beginning of value`;
}

const quoted = (letter: string): string => (letter === "'" ? String.raw`'\''` : `'${letter}'`);
