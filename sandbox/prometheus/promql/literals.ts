import { PromqlError } from "./promql-error";

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 31_536_000_000,
};

/** Milliseconds of a duration such as `1h30m`, or of a number of seconds. @throws PromqlError */
export function parseDuration(text: string): number {
  if (/^[0-9.]+$/.test(text)) return Number(text) * 1_000;
  let total = 0;
  let rest = text;
  while (rest !== "") {
    const part = /^(\d+)(ms|[smhdwy])/.exec(rest);
    if (!part) throw new PromqlError("bad_data", `not a valid duration string: "${text}"`);
    total += Number(part[1]) * (UNITS[part[2] ?? ""] ?? 0);
    rest = rest.slice(part[0].length);
  }
  if (total === 0) throw new PromqlError("bad_data", `duration must be greater than 0: "${text}"`);
  return total;
}

/** The value of a number literal: decimal, hexadecimal, `Inf`, `NaN`, or a duration in seconds. */
export function parseNumber(text: string): number {
  if (/^[+-]?inf$/i.test(text)) return text.startsWith("-") ? -Infinity : Infinity;
  if (/^nan$/i.test(text)) return Number.NaN;
  const value = Number(text.replaceAll("_", ""));
  return Number.isNaN(value) ? parseDuration(text) / 1_000 : value;
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: "\u0007",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
  "'": "'",
  '"': '"',
};

/** The text of a quoted literal with Go's escapes; back-quoted literals have none. */
export function parseString(literal: string): string {
  const body = literal.slice(1, -1);
  if (literal.startsWith("`")) return body;
  return body.replace(
    /\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{3}|.)/gs,
    (_, code: string) => {
      if (/^[xuU]./.test(code)) return String.fromCodePoint(Number.parseInt(code.slice(1), 16));
      if (/^[0-7]{3}$/.test(code)) return String.fromCodePoint(Number.parseInt(code, 8));
      const character = ESCAPES[code];
      if (character === undefined) {
        throw new PromqlError("bad_data", `unknown escape sequence \\${code} in ${literal}`);
      }
      return character;
    },
  );
}
