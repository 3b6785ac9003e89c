import type { FieldPath } from "./field-path";
import { PlainReader } from "./plain-document";
import { scalarEnd } from "./plain-flow";
import { PlainLines, skipSpaces } from "./plain-line";
import { keyAt, NotPlain } from "./plain-scalar";
import type { OffsetRange } from "./text-range";

/**
 * Where `locate` finds a field in a document that `plainDocument` reads, without a syntax tree.
 * Undefined where only the tree can tell: inside flow collections and block texts, behind anchors
 * and aliases.
 * @param lines those of texts like this one, which were read before
 */
export function plainPlace(
  text: string,
  path: FieldPath,
  lines = new PlainLines(false),
): OffsetRange | undefined {
  try {
    return new PlaceReader(text, lines).find(path);
  } catch (error) {
    if (error instanceof NotPlain) return undefined;
    throw error;
  }
}

/** Where a scalar of one line does not begin. */
const NOT_SCALAR = /[#&*|[{]/;

/** Goes down the path and passes over all that lies before it. */
class PlaceReader extends PlainReader {
  /** Where the search has come to: what `locate` underlines if it goes no further. */
  private found: OffsetRange | undefined;

  find(path: FieldPath): OffsetRange | undefined {
    this.begin();
    if (this.column < 0) return undefined;
    this.found = this.line();
    for (const [index, step] of path.entries()) {
      const isLast = index === path.length - 1;
      const goesOn = this.isItem() ? this.enterItemAt(step) : this.enterField(step, isLast);
      if (!goesOn) break;
    }
    return this.found;
  }

  /** Whether a collection begins at this item, where the reader is then. */
  private enterItemAt(step: string | number): boolean {
    const { column } = this;
    if (typeof step !== "number") return false;
    for (let passed = 0; passed < step && this.column === column && this.isItem(); passed++) {
      this.item(column);
    }
    if (this.column !== column || !this.isItem()) return false;
    const isCollection = this.enterItem();
    this.found = isCollection ? this.line() : this.scalar(skipSpaces(this.text, this.start + 1));
    return isCollection;
  }

  /** Whether a collection lies behind this key, where the reader is then. */
  private enterField(step: string | number, isLast: boolean): boolean {
    const { column } = this;
    let key = keyAt(this.text, this.start);
    while (key && key.value !== String(step)) {
      this.valueBehind(key.end, column, true);
      if (this.column !== column) return false;
      key = keyAt(this.text, this.start);
    }
    if (!key) return false;
    const keyRange = { start: this.start, end: key.end - 1 };
    const at = skipSpaces(this.text, key.end);
    if (at < this.end && this.text.charAt(at) !== "#") {
      const isFlow = /[[{]/.test(this.text.charAt(at));
      this.found = isFlow && isLast ? keyRange : this.scalar(at);
      return false;
    }
    this.found = keyRange;
    this.advance();
    return this.column > column || (this.column === column && this.isItem());
  }

  private scalar(start: number): OffsetRange | undefined {
    if (start >= this.end || NOT_SCALAR.test(this.text.charAt(start))) return undefined;
    return { start, end: scalarEnd(this.text, { start, end: this.end }) };
  }

  /** The rest of the line, where a collection begins; undefined with a comment in it. */
  private line(): OffsetRange | undefined {
    const { start, end } = this;
    return /#| $/.test(this.text.slice(start, end)) ? undefined : { start, end };
  }
}
