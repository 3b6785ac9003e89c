/** A place in a text: both 1-based, columns in UTF-16 units, as editors count them. */
export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

/** A part of a text from its first character to just behind its last; all 1-based. */
export interface TextRange {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** A part of a text in UTF-16 offsets: `[start, end)`. */
export interface OffsetRange {
  readonly start: number;
  readonly end: number;
}

/** The part of a text that is replaced, and by what. */
export interface TextChange extends OffsetRange {
  readonly text: string;
}

/** Turns offsets of one text into lines and columns. Each look-up is O(log lines). */
export class LineIndex {
  private readonly starts: readonly number[];

  constructor(private readonly text: string) {
    const starts = [0];
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
    this.starts = starts;
  }

  /** The place of `offset`, which may be the end of the text. */
  position(offset: number): TextPosition {
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.startOf(middle) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - this.startOf(low) + 1 };
  }

  /** The lines and columns of `[start, end)`. */
  range({ start, end }: OffsetRange): TextRange {
    const from = this.position(start);
    const to = this.position(Math.max(start, end));
    return { ...from, endLine: to.line, endColumn: to.column };
  }

  /** The offset of a place; one outside the text is moved to its nearest end. */
  offset({ line, column }: TextPosition): number {
    const start = this.startOf(Math.min(Math.max(line, 1), this.starts.length) - 1);
    return Math.min(start + Math.max(column, 1) - 1, this.text.length);
  }

  private startOf(index: number): number {
    return this.starts[index] ?? this.text.length;
  }
}
