/** What a pattern is made of. */
export type PatternNode =
  | { readonly type: "set"; readonly set: Uint8Array }
  | { readonly type: "begin" | "end" }
  | { readonly type: "all" | "any"; readonly parts: readonly PatternNode[] }
  | {
      readonly type: "repeat";
      readonly part: PatternNode;
      readonly least: number;
      /** Undefined for any number. */
      readonly most: number | undefined;
    };

/** What is longer, once repetitions are written out, is left to RE2. */
const LARGEST = 2000;
const DEEPEST = 50;

/** Reads a pattern; undefined for what RE2 has beyond groups, classes, repetitions and anchors, and for faulty ones. */
export function parsePattern(source: string): PatternNode | undefined {
  try {
    const reader = new PatternReader(source);
    const node = reader.alternatives(0);
    return reader.isAtEnd && sizeOf(node) <= LARGEST ? node : undefined;
  } catch (error) {
    if (error instanceof NotLinear) return undefined;
    throw error;
  }
}

class NotLinear extends Error {
  override readonly name = "NotLinear";
}

function sizeOf(node: PatternNode): number {
  switch (node.type) {
    case "all":
    case "any":
      return node.parts.reduce((sum, part) => sum + sizeOf(part), 1);
    case "repeat":
      return (sizeOf(node.part) + 1) * Math.max(1, node.most ?? node.least + 1);
    default:
      return 1;
  }
}

const setOf = (codes: Iterable<number>): Uint8Array => {
  const set = new Uint8Array(128);
  for (const code of codes) set[code] = 1;
  return set;
};
const codesIn = (pattern: RegExp): number[] =>
  Array.from({ length: 128 }, (_, code) => code).filter((code) =>
    pattern.test(String.fromCharCode(code)),
  );
const CLASSES: Readonly<Record<string, readonly number[]>> = {
  d: codesIn(/[0-9]/),
  D: codesIn(/[^0-9]/),
  w: codesIn(/[0-9A-Za-z_]/),
  W: codesIn(/[^0-9A-Za-z_]/),
  s: codesIn(/[\t\n\f\r ]/),
  S: codesIn(/[^\t\n\f\r ]/),
};
const LETTERS: Readonly<Record<string, string>> = { t: "\t", n: "\n", r: "\r", f: "\f" };
const QUANTIFIED: Readonly<Record<string, readonly [number, number | undefined]>> = {
  "*": [0, undefined],
  "+": [1, undefined],
  "?": [0, 1],
};

class PatternReader {
  private at = 0;

  constructor(private readonly source: string) {
    if (!/^[\x00-\x7f]*$/.test(source)) throw new NotLinear();
  }

  get isAtEnd(): boolean {
    return this.at >= this.source.length;
  }

  alternatives(depth: number): PatternNode {
    if (depth > DEEPEST) throw new NotLinear();
    const parts = [this.sequence(depth)];
    while (this.takes("|")) parts.push(this.sequence(depth));
    const [only] = parts;
    return parts.length === 1 && only ? only : { type: "any", parts };
  }

  private sequence(depth: number): PatternNode {
    const parts: PatternNode[] = [];
    while (!this.isAtEnd && !"|)".includes(this.peek())) parts.push(this.quantified(depth));
    return { type: "all", parts };
  }

  private quantified(depth: number): PatternNode {
    const part = this.atom(depth);
    const limits = this.quantifier();
    if (!limits) return part;
    // What repeats nothing, and what is repeated twice or lazily, has rules of its own.
    if (part.type === "begin" || part.type === "end") throw new NotLinear();
    if ("*+?{".includes(this.peek() || " ")) throw new NotLinear();
    const [least, most] = limits;
    return { type: "repeat", part, least, most };
  }

  private quantifier(): readonly [number, number | undefined] | undefined {
    const known = QUANTIFIED[this.peek()];
    if (known) {
      this.at++;
      return known;
    }
    if (this.peek() !== "{") return undefined;
    const [all, least = "", comma, most = ""] =
      /^\{(\d{1,3})(,)?(\d{1,3})?\}/.exec(this.source.slice(this.at)) ?? [];
    if (all === undefined || (!comma && most)) throw new NotLinear();
    this.at += all.length;
    const low = Number(least);
    const high = comma ? (most ? Number(most) : undefined) : low;
    if (high !== undefined && (high < low || high === 0)) throw new NotLinear();
    return [low, high];
  }

  private atom(depth: number): PatternNode {
    const char = this.next();
    switch (char) {
      case "(": {
        if (this.peek() === "?" && !this.takes("?:")) throw new NotLinear();
        const inner = this.alternatives(depth + 1);
        if (!this.takes(")")) throw new NotLinear();
        return inner;
      }
      case "[":
        return { type: "set", set: this.classSet() };
      case "^":
        return { type: "begin" };
      case "$":
        return { type: "end" };
      case ".":
        return { type: "set", set: setOf(codesIn(/[^\n]/)) };
      case "\\":
        return { type: "set", set: setOf(this.escaped()) };
      case "*":
      case "+":
      case "?":
      case "{":
      case "}":
      case "]":
      case "":
        throw new NotLinear();
      default:
        return { type: "set", set: setOf([char.charCodeAt(0)]) };
    }
  }

  private classSet(): Uint8Array {
    const isNegated = this.takes("^");
    const codes = new Set<number>();
    for (let isFirst = true; isFirst || this.peek() !== "]"; isFirst = false) {
      const low = this.classPart();
      const isRange = this.peek() === "-" && this.source.charAt(this.at + 1) !== "]";
      if (!isRange) {
        for (const code of low) codes.add(code);
        continue;
      }
      this.at++;
      const high = this.classPart();
      const [from = 0] = low;
      const [to = 0] = high;
      if (low.length !== 1 || high.length !== 1 || to < from) throw new NotLinear();
      for (let code = from; code <= to; code++) codes.add(code);
    }
    this.at++;
    const set = setOf(codes);
    return isNegated ? set.map((held) => 1 - held) : set;
  }

  /** One character of a class, or the many that an escape stands for. */
  private classPart(): readonly number[] {
    const char = this.next();
    if (char === "") throw new NotLinear();
    // `[:alpha:]`, and a bracket that begins a class.
    if ((char === "[" && this.peek() === ":") || char === "]") throw new NotLinear();
    return char === "\\" ? this.escaped() : [char.charCodeAt(0)];
  }

  private escaped(): readonly number[] {
    const char = this.next();
    const known = CLASSES[char];
    if (known) return known;
    const letter = LETTERS[char];
    if (letter !== undefined) return [letter.charCodeAt(0)];
    if (char === "x") {
      const [digits] = /^[0-7][0-9A-Fa-f]/.exec(this.source.slice(this.at)) ?? [];
      if (digits === undefined) throw new NotLinear();
      this.at += 2;
      return [Number.parseInt(digits, 16)];
    }
    if (char === "" || /[0-9A-Za-z]/.test(char)) throw new NotLinear();
    return [char.charCodeAt(0)];
  }

  private peek(): string {
    return this.source.charAt(this.at);
  }

  private next(): string {
    return this.source.charAt(this.at++);
  }

  private takes(text: string): boolean {
    if (!this.source.startsWith(text, this.at)) return false;
    this.at += text.length;
    return true;
  }
}
