import { inlineValue } from "./plain-flow";
import { keyAt } from "./plain-scalar";

/** What one line says from its first character or from behind its dash: a key, a scalar, or both. */
export interface PlainLine {
  /** Undefined on a line without one. */
  readonly key: string | undefined;
  /** Offset behind the key's colon, from where the line's content begins. */
  readonly end: number;
  /** Whether a scalar of one line follows: `value`. Else the reader has to look. */
  readonly isScalar: boolean;
  readonly value: unknown;
}

/** How many lines are remembered: what is more is rarely written again. */
const MOST = 50_000;

/**
 * The lines of some texts, each read once however often it is written: nearly all lines of a
 * cluster's objects are written many times.
 */
export class PlainLines {
  private readonly known = new Map<string, PlainLine>();

  /** @param hasOldBooleans whether YAML 1.1's words for booleans count */
  constructor(readonly hasOldBooleans: boolean) {}

  /** @param content a line without its indent. @throws NotPlain */
  read(content: string): PlainLine {
    let line = this.known.get(content);
    if (line === undefined) {
      line = lineOf(content, this.hasOldBooleans);
      if (this.known.size < MOST) this.known.set(content, line);
    }
    return line;
  }
}

/** A comment, an anchor, an alias, a `|` text, a flow collection: no scalar begins with these. */
const NO_SCALAR = "#&*|[{";

function lineOf(content: string, hasOldBooleans: boolean): PlainLine {
  const key = isDashAt(content, 0) ? undefined : keyAt(content, 0);
  const end = key?.end ?? 0;
  const start = skipSpaces(content, end);
  const isScalar =
    start < content.length &&
    !NO_SCALAR.includes(content.charAt(start)) &&
    !(key === undefined && isDashAt(content, start));
  const value = isScalar
    ? inlineValue(content, { start, end: content.length }, hasOldBooleans)
    : undefined;
  return { key: key?.value, end, isScalar, value };
}

/** The next place that is no space. */
export function skipSpaces(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) === 0x20) at++;
  return at;
}

/** Whether a list item begins here. */
export function isDashAt(text: string, at: number): boolean {
  if (text.charCodeAt(at) !== 0x2d) return false;
  const behind = text.charCodeAt(at + 1);
  return behind === 0x20 || behind === 0x0a || Number.isNaN(behind);
}
