/** Thrown where a text is written in a way that only the exact reader knows. */
export class NotPlain extends Error {
  override readonly name = "NotPlain";
}

/** A value and the offset just behind it. */
export interface Read<T> {
  readonly value: T;
  readonly end: number;
}

const WORDS: ReadonlyMap<string, boolean | null> = new Map<string, boolean | null>([
  ["true", true],
  ["True", true],
  ["TRUE", true],
  ["false", false],
  ["False", false],
  ["FALSE", false],
  ["null", null],
  ["Null", null],
  ["NULL", null],
  ["~", null],
]);

/** Words that YAML 1.1 takes for booleans and YAML 1.2 does not. */
const OLD_BOOLEANS = /^(?:(y|Y|yes|Yes|YES|on|On|ON)|n|N|no|No|NO|off|Off|OFF)$/;

const NUMBER = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const OTHER_NUMBER = /^(?:0[xo][0-9a-fA-F]+|[-+]?\.(?:inf|nan))$/i;

/**
 * The value of a scalar without quotes: the core schema of YAML 1.2.
 * @throws NotPlain for numbers that are not written in decimals, or longer than a double is exact
 */
export function plainScalar(source: string, hasOldBooleans: boolean): unknown {
  const word = WORDS.get(source);
  if (word !== undefined) return word;
  if (/^[-+.0-9]/.test(source)) {
    if (OTHER_NUMBER.test(source)) throw new NotPlain();
    if (!NUMBER.test(source)) return source;
    if (source.length > 15) throw new NotPlain();
    return Number(source);
  }
  return hasOldBooleans && source.length <= 3 ? oldBoolean(source) : source;
}

/** The boolean that YAML 1.1 reads, else the text itself. */
export function oldBoolean(source: string): string | boolean {
  const old = OLD_BOOLEANS.exec(source);
  return old ? old[1] !== undefined : source;
}

// V8 keeps a place for each turn of a group, so a text with more quotes or escapes is left to the exact reader.
const SINGLE = /'([^'\n]*(?:''[^'\n]*){0,1000})'/y;
const DOUBLE = /"([^"\\\n]*(?:\\["\\/bfnrt][^"\\\n]*){0,1000})"/y;

/** The text in quotes that begins at `start`. @throws NotPlain */
export function quotedText(text: string, start: number): Read<string> {
  const isSingle = text.charCodeAt(start) === 0x27;
  const pattern = isSingle ? SINGLE : DOUBLE;
  pattern.lastIndex = start;
  const [all, inner] = pattern.exec(text) ?? [];
  if (all === undefined || inner === undefined) throw new NotPlain();
  const end = start + all.length;
  if (isSingle) return { value: inner.replaceAll("''", "'"), end };
  return { value: inner.includes("\\") ? (JSON.parse(all) as string) : inner, end };
}

const LONGEST_KEY = 251;
const WORD_KEY = /^(?:true|false|null)$/i;

/** Letters, digits and `_`, and behind the first also `.`, `/`, `-`: by their codes. */
const IN_KEY = Array.from({ length: 128 }, (_, code) => /[\w./-]/.test(String.fromCharCode(code)));
const STARTS_KEY = IN_KEY.map((_, code) => /[A-Za-z_]/.test(String.fromCharCode(code)));

/** The key that begins at `start`, with its colon; undefined where there is none. @throws NotPlain */
export function keyAt(text: string, start: number): Read<string> | undefined {
  const first = text.charCodeAt(start);
  if (first === 0x22 || first === 0x27) {
    const { value, end } = quotedText(text, start);
    if (text.charCodeAt(end) !== 0x3a) return undefined;
    const behind = text.charCodeAt(end + 1);
    if (value === "__proto__" || !(behind === 0x20 || behind === 0x0a)) throw new NotPlain();
    return { value, end: end + 1 };
  }
  if (STARTS_KEY[first] !== true) return undefined;
  let end = start + 1;
  while (IN_KEY[text.charCodeAt(end)] === true) end++;
  const behind = text.charCodeAt(end + 1);
  const isKey =
    text.charCodeAt(end) === 0x3a &&
    end - start <= LONGEST_KEY &&
    (behind === 0x20 || behind === 0x0a || Number.isNaN(behind));
  if (!isKey) return undefined;
  const value = text.slice(start, end);
  if (value === "__proto__" || (value.length < 6 && WORD_KEY.test(value))) throw new NotPlain();
  return { value, end: end + 1 };
}

/** Adds a field that the mapping does not have yet. @throws NotPlain for one that it has */
export function addField(record: Record<string, unknown>, name: string, value: unknown): void {
  if (name in record && Object.hasOwn(record, name)) throw new NotPlain();
  record[name] = value;
}
