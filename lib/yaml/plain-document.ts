import { inlineValue } from "./plain-flow";
import { isDashAt, type PlainLine, PlainLines, skipSpaces } from "./plain-line";
import { addField, NotPlain } from "./plain-scalar";

/** What is deeper is left to the exact reader, which counts otherwise. */
const DEPTH = 30;

/** Tabs, carriage returns, surrogates, and what no configuration holds. */
const ODD = /[^\n\u0020-\u007e\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]/;

/**
 * The value of one document that is written as nearly all are: block mappings and lists, scalars
 * of one line, `|` texts, flow collections of one line, a few anchors. It is the very value that `parseYaml`
 * gives, many times faster, without places. Undefined for every other text, faulty ones too:
 * only `parseYaml` can tell what they are.
 * @param lines those of texts like this one, which were read before
 */
export function plainDocument(text: string, lines = new PlainLines(false)): unknown {
  if (ODD.test(text)) return undefined;
  try {
    return new PlainReader(text, lines).document();
  } catch (error) {
    if (error instanceof NotPlain) return undefined;
    throw error;
  }
}

const HASH = 0x23;
const BAR = 0x7c;
const AMPERSAND = 0x26;
const STAR = 0x2a;
const ANCHOR = /[\w-]+(?=[ \n]|$)/y;

/** What is more, or in each other, the exact reader counts. */
const ANCHORS = 50;

/** Reads one document from its first line to its last. */
export class PlainReader {
  /** Column and offset of what is read next, and the end of its line; the column is -1 at the end. */
  protected column = 0;
  protected start = 0;
  protected end = 0;
  /** Offset of the line behind it. */
  protected next = 0;
  private depth = 0;
  private readonly anchors = new Map<string, unknown>();
  private aliases = 0;
  private open = false;

  constructor(
    protected readonly text: string,
    private readonly lines: PlainLines,
  ) {}

  document(): unknown {
    this.begin();
    if (this.column < 0) return null;
    const value = this.mapping();
    if (this.column >= 0) throw new NotPlain();
    return value;
  }

  /** Goes to the first line. */
  protected begin(): void {
    const marker = /^--- *(?:#.*)?(?:\n|$)/.exec(this.text);
    if (marker) this.next = marker[0].length;
    this.advance();
  }

  /** Goes to the next line that is neither empty nor a comment. */
  protected advance(): void {
    const { text } = this;
    while (this.next < text.length) {
      const line = this.next;
      const newline = text.indexOf("\n", line);
      this.end = newline < 0 ? text.length : newline;
      this.next = this.end + 1;
      this.start = skipSpaces(text, line);
      if (this.start >= this.end || text.charCodeAt(this.start) === HASH) continue;
      this.column = this.start - line;
      if (this.column === 0 && /^(?:---|\.\.\.|%)/.test(text.slice(line, line + 3))) {
        throw new NotPlain();
      }
      return;
    }
    this.column = -1;
  }

  protected block(): unknown {
    if (++this.depth > DEPTH) throw new NotPlain();
    const value = this.isItem() ? this.sequence() : this.mapping();
    this.depth--;
    return value;
  }

  protected mapping(): Record<string, unknown> {
    const { column } = this;
    const record: Record<string, unknown> = {};
    while (this.column === column) {
      const line = this.lineFrom(this.start);
      if (line.key === undefined) throw new NotPlain();
      const value = line.isScalar
        ? this.ended(line.value, column)
        : this.valueBehind(this.start + line.end, column, true);
      addField(record, line.key, value);
    }
    if (this.column > column) throw new NotPlain();
    return record;
  }

  private lineFrom(start: number): PlainLine {
    return this.lines.read(this.text.slice(start, this.end));
  }

  /** A value that ends with its line, behind a key or dash at `column`. */
  private ended(value: unknown, column: number): unknown {
    this.advance();
    // It goes on in the next line.
    if (this.column > column) throw new NotPlain();
    return value;
  }

  private sequence(): unknown[] {
    const { column } = this;
    const items: unknown[] = [];
    while (this.column === column && this.isItem()) items.push(this.item(column));
    if (this.column > column) throw new NotPlain();
    return items;
  }

  protected item(column: number): unknown {
    return this.enterItem() ? this.block() : this.valueBehind(this.start + 1, column, false);
  }

  /** Goes to the collection that begins on the line of its dash, if one does. */
  protected enterItem(): boolean {
    const at = skipSpaces(this.text, this.start + 1);
    const holdsBlock =
      at < this.end && (isDashAt(this.text, at) || this.lineFrom(at).key !== undefined);
    if (!holdsBlock) return false;
    this.column += at - this.start;
    this.start = at;
    return true;
  }

  /** What follows a key or a dash at `column`; a list may stand below its key without indent. */
  protected valueBehind(from: number, column: number, isBehindKey: boolean): unknown {
    const at = skipSpaces(this.text, from);
    if (at < this.end && this.text.charCodeAt(at) !== HASH) {
      const first = this.text.charCodeAt(at);
      if (first === AMPERSAND) return this.anchored(at, column, isBehindKey);
      if (first === BAR) return this.literal(at, column);
      const value =
        first === STAR
          ? this.aliased(at)
          : inlineValue(this.text, { start: at, end: this.end }, this.lines.hasOldBooleans);
      return this.ended(value, column);
    }
    this.advance();
    const holdsBlock =
      this.column > column || (isBehindKey && this.column === column && this.isItem());
    return holdsBlock ? this.block() : null;
  }

  private anchored(at: number, column: number, isBehindKey: boolean): unknown {
    const name = this.anchorName(at);
    // Until it is read whole, no alias may mean it, nor what had its name before.
    if (this.open || this.anchors.size >= ANCHORS) throw new NotPlain();
    this.open = true;
    const value = this.valueBehind(at + 1 + name.length, column, isBehindKey);
    this.open = false;
    this.anchors.set(name, value);
    return value;
  }

  private aliased(at: number): unknown {
    const name = this.anchorName(at);
    if (this.open || ++this.aliases > ANCHORS || !this.anchors.has(name)) throw new NotPlain();
    const behind = this.text.slice(at + 1 + name.length, this.end);
    if (!/^ *(?: #.*)?$/.test(behind)) throw new NotPlain();
    return this.anchors.get(name);
  }

  private anchorName(at: number): string {
    ANCHOR.lastIndex = at + 1;
    const [name] = ANCHOR.exec(this.text) ?? [];
    if (name === undefined) throw new NotPlain();
    return name;
  }

  /** A `|` text below a key or dash at `column`. */
  private literal(header: number, column: number): string {
    const { text } = this;
    const chomp = /^\|([-+]?) *$/.exec(text.slice(header, this.end));
    if (!chomp) throw new NotPlain();
    const lines: string[] = [];
    let indent = -1;
    let written = 0;
    for (let line = this.next; line < text.length; line = this.next) {
      const end = text.indexOf("\n", line);
      if (end < 0) throw new NotPlain();
      const start = skipSpaces(text, line);
      if (start === end) {
        // Spaces alone may be text, or too many of them a fault.
        if (start > line) throw new NotPlain();
        lines.push("");
      } else {
        if (start - line <= column) break;
        if (indent < 0) indent = start - line;
        if (start - line < indent) throw new NotPlain();
        lines.push(text.slice(line + indent, end));
        written = lines.length;
      }
      this.next = end + 1;
    }
    if (written === 0) throw new NotPlain();
    this.advance();
    if (chomp[1] === "+") return `${lines.join("\n")}\n`;
    return lines.slice(0, written).join("\n") + (chomp[1] === "-" ? "" : "\n");
  }

  protected isItem(): boolean {
    return isDashAt(this.text, this.start);
  }
}
