/** An expression in the part of CEL that rules of schemas use. */
export type PlainExpression =
  | { readonly type: "literal"; readonly value: string | number | boolean }
  | { readonly type: "name"; readonly name: string }
  | { readonly type: "list"; readonly items: readonly PlainExpression[] }
  | { readonly type: "emptyMap" }
  | { readonly type: "not"; readonly operand: PlainExpression }
  | {
      readonly type: "either";
      readonly test: PlainExpression;
      readonly yes: PlainExpression;
      readonly no: PlainExpression;
    }
  | {
      readonly type: "binary";
      readonly operator: string;
      readonly left: PlainExpression;
      readonly right: PlainExpression;
    }
  | { readonly type: "field" | "has"; readonly of: PlainExpression; readonly name: string }
  | { readonly type: "index"; readonly of: PlainExpression; readonly place: PlainExpression }
  | {
      readonly type: "call";
      readonly name: string;
      /** What a method is called on comes first. */
      readonly parameters: readonly PlainExpression[];
    }
  | {
      readonly type: "macro";
      readonly name: string;
      readonly of: PlainExpression;
      readonly variable: string;
      readonly body: PlainExpression;
    };

/** Thrown where only the exact evaluation knows what an expression means. */
export class NotPlainCel extends Error {
  override readonly name = "NotPlainCel";
}

const FUNCTIONS: ReadonlySet<string> = new Set(["size", "duration", "int", "url", "isURL"]);
const METHODS: ReadonlySet<string> = new Set(
  "size getScheme contains startsWith endsWith matches split substring".split(" "),
);
const MACROS: ReadonlySet<string> = new Set(["all", "exists", "exists_one", "filter"]);
const WORDS: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["false", false],
]);
/** Words that are no names, or that mean something else than a name does. */
const RESERVED: ReadonlySet<string> = new Set(["null", "in", "has", "oldSelf", "format"]);

const DEEPEST = 100;
const LEVELS: readonly (readonly string[])[] = [
  ["||"],
  ["&&"],
  ["==", "!=", "<=", ">=", "<", ">", "in"],
  ["+"],
];

/** Reads an expression. @throws NotPlainCel for what is not known here */
export function parsePlainCel(source: string): PlainExpression {
  const reader = new Reader(tokensOf(source));
  const expression = reader.expression();
  if (!reader.isAtEnd) throw new NotPlainCel();
  return expression;
}

interface Token {
  readonly type: "name" | "number" | "text" | "sign";
  readonly text: string;
}

const TOKEN =
  /\s*(?:([A-Za-z_]\w*)(?!["'\w])|(\d{1,15})(?![\w.])|(r"""[^]*?"""|r'[^'\n]*'|r"[^"\n]*"|"(?!"")[^"\\\n]*"|'(?!'')(?:[^'\\\n]|\\\\)*')|(\|\||&&|[=!<>]=|[-+!?:<>()[\]{}.,]))/y;

function tokensOf(source: string): readonly Token[] {
  const tokens: Token[] = [];
  const length = source.trimEnd().length;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < length) {
    const [all, name, number, quoted, sign] = TOKEN.exec(source) ?? [];
    if (all === undefined) throw new NotPlainCel();
    if (name !== undefined) tokens.push({ type: "name", text: name });
    else if (number !== undefined) tokens.push({ type: "number", text: number });
    else if (quoted !== undefined) tokens.push({ type: "text", text: contentOf(quoted) });
    else tokens.push({ type: "sign", text: sign ?? "" });
  }
  return tokens;
}

function contentOf(quoted: string): string {
  if (quoted.startsWith('r"""')) return quoted.slice(4, -3);
  if (quoted.startsWith("r")) return quoted.slice(2, -1);
  return quoted.slice(1, -1).replaceAll("\\\\", "\\");
}

class Reader {
  private at = 0;
  private depth = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  get isAtEnd(): boolean {
    return this.at >= this.tokens.length;
  }

  expression(): PlainExpression {
    if (++this.depth > DEEPEST) throw new NotPlainCel();
    const test = this.binary(0);
    if (!this.takes("?")) {
      this.depth--;
      return test;
    }
    const yes = this.binary(0);
    this.expect(":");
    const no = this.expression();
    this.depth--;
    return { type: "either", test, yes, no };
  }

  private binary(level: number): PlainExpression {
    const operators = LEVELS[level];
    if (!operators) return this.unary();
    let left = this.binary(level + 1);
    for (;;) {
      const token = this.tokens[this.at];
      const isOperator =
        token !== undefined && token.type !== "text" && operators.includes(token.text);
      if (!isOperator) return left;
      this.at++;
      left = { type: "binary", operator: token.text, left, right: this.binary(level + 1) };
    }
  }

  private unary(): PlainExpression {
    if (!this.takes("!")) return this.member();
    if (++this.depth > DEEPEST) throw new NotPlainCel();
    const operand = this.unary();
    this.depth--;
    return { type: "not", operand };
  }

  private member(): PlainExpression {
    let of = this.primary();
    for (;;) {
      if (this.takes(".")) {
        const name = this.name();
        of = this.takes("(") ? this.method(of, name) : { type: "field", of, name };
      } else if (this.takes("[")) {
        const place = this.expression();
        this.expect("]");
        of = { type: "index", of, place };
      } else return of;
    }
  }

  private method(of: PlainExpression, name: string): PlainExpression {
    if (MACROS.has(name)) {
      const variable = this.name();
      if (WORDS.has(variable) || RESERVED.has(variable)) throw new NotPlainCel();
      this.expect(",");
      const body = this.expression();
      this.expect(")");
      return { type: "macro", name, of, variable, body };
    }
    if (!METHODS.has(name)) throw new NotPlainCel();
    return { type: "call", name, parameters: [of, ...this.list(")")] };
  }

  private primary(): PlainExpression {
    const token = this.tokens[this.at++];
    switch (token?.type) {
      case "text":
        return { type: "literal", value: token.text };
      case "number":
        return { type: "literal", value: Number(token.text) };
      case "name":
        return this.named(token.text);
      case "sign":
        break;
      default:
        throw new NotPlainCel();
    }
    if (token.text === "[") return { type: "list", items: this.list("]") };
    if (token.text === "{") {
      this.expect("}");
      return { type: "emptyMap" };
    }
    if (token.text !== "(") throw new NotPlainCel();
    const inner = this.expression();
    this.expect(")");
    return inner;
  }

  private named(name: string): PlainExpression {
    const word = WORDS.get(name);
    if (word !== undefined) return { type: "literal", value: word };
    if (name === "has" && this.takes("(")) {
      const field = this.expression();
      this.expect(")");
      if (field.type !== "field") throw new NotPlainCel();
      return { ...field, type: "has" };
    }
    if (RESERVED.has(name)) throw new NotPlainCel();
    if (!this.takes("(")) return { type: "name", name };
    if (!FUNCTIONS.has(name)) throw new NotPlainCel();
    return { type: "call", name, parameters: this.list(")") };
  }

  /** Expressions up to the closing sign. */
  private list(close: string): readonly PlainExpression[] {
    const items: PlainExpression[] = [];
    if (this.takes(close)) return items;
    do items.push(this.expression());
    while (this.takes(","));
    this.expect(close);
    return items;
  }

  private name(): string {
    const token = this.tokens[this.at++];
    if (token?.type !== "name") throw new NotPlainCel();
    return token.text;
  }

  private takes(sign: string): boolean {
    const token = this.tokens[this.at];
    if (token?.type !== "sign" || token.text !== sign) return false;
    this.at++;
    return true;
  }

  private expect(sign: string): void {
    if (!this.takes(sign)) throw new NotPlainCel();
  }
}
