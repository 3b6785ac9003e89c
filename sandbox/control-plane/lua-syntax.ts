import { LuaError, type LuaToken, luaTokens } from "./lua-tokens";

const BLOCK_ENDS = new Set(["end", "else", "elseif", "until", "<eof>"]);
const PRIORITY: Readonly<Record<string, number>> = Object.fromEntries(
  [
    ["or"],
    ["and"],
    ["<", ">", "<=", ">=", "~=", "=="],
    [".."],
    ["+", "-"],
    ["*", "/", "%"],
  ].flatMap((operators, index) => operators.map((operator) => [operator, index + 1])),
);
const UNARY = new Set(["not", "-", "#"]);
const CONSTANTS = new Set(["nil", "true", "false", "..."]);
const POWER_PRIORITY = 8;
const UNARY_PRIORITY = 7;

/**
 * What LuaJIT says of a script that it cannot load, as `LINE: MESSAGE`; undefined for a right one.
 * Source: the grammar of Lua 5.1 and the messages of LuaJIT's parser.
 */
export function luaSyntaxError(source: string): string | undefined {
  try {
    new Parser(luaTokens(source)).chunk();
    return undefined;
  } catch (error) {
    if (error instanceof LuaError) return error.message;
    throw error;
  }
}

/** Walks through a script and keeps nothing but its place. */
class Parser {
  private at = 0;

  constructor(private readonly tokens: readonly LuaToken[]) {}

  chunk(): void {
    this.block();
    if (this.token.type !== "<eof>") this.expected("<eof>");
  }

  private get token(): LuaToken {
    const token = this.tokens[this.at] ?? this.tokens.at(-1);
    if (!token) throw new RangeError("a script has at least its end");
    return token;
  }

  private next(): LuaToken {
    const { token } = this;
    this.at += 1;
    return token;
  }

  private accept(type: string): boolean {
    if (this.token.type !== type) return false;
    this.at += 1;
    return true;
  }

  private need(type: string, opened?: LuaToken): void {
    if (this.accept(type)) return;
    if (opened && opened.line !== this.token.line) {
      this.fail(`'${type}' expected (to close '${opened.type}' at line ${opened.line})`);
    }
    this.expected(type);
  }

  private expected(type: string): never {
    return this.fail(`'${type}' expected`);
  }

  private fail(message: string): never {
    throw new LuaError(`${this.token.line}: ${message} near '${this.token.text}'`);
  }

  private block(): void {
    while (!BLOCK_ENDS.has(this.token.type)) {
      const last = this.token.type === "return";
      this.statement();
      this.accept(";");
      if (last) return;
    }
  }

  private statement(): void {
    const { token } = this;
    switch (token.type) {
      case "if":
        return this.ifStatement();
      case "while":
        this.next();
        this.expression();
        this.need("do");
        return this.closedBy("end", token);
      case "do":
        this.next();
        return this.closedBy("end", token);
      case "for":
        return this.forStatement();
      case "repeat":
        this.next();
        this.closedBy("until", token);
        return this.expression();
      case "function":
        this.next();
        this.need("<name>");
        while (this.accept(".")) this.need("<name>");
        if (this.accept(":")) this.need("<name>");
        return this.functionBody(token);
      case "local":
        return this.localStatement();
      case "return":
        this.next();
        if (!BLOCK_ENDS.has(this.token.type) && this.token.type !== ";") this.expressions();
        return;
      case "break":
        this.next();
        return;
      default:
        return this.expressionStatement();
    }
  }

  private closedBy(end: string, opened: LuaToken): void {
    this.block();
    this.need(end, opened);
  }

  private ifStatement(): void {
    const opened = this.next();
    this.expression();
    this.need("then");
    this.block();
    while (this.accept("elseif")) {
      this.expression();
      this.need("then");
      this.block();
    }
    if (this.accept("else")) this.block();
    this.need("end", opened);
  }

  private forStatement(): void {
    const opened = this.next();
    this.need("<name>");
    if (this.accept("=")) {
      this.expression();
      this.need(",");
      this.expression();
      if (this.accept(",")) this.expression();
    } else {
      while (this.accept(",")) this.need("<name>");
      if (!this.accept("in")) this.fail("'=' or 'in' expected");
      this.expressions();
    }
    this.need("do");
    this.closedBy("end", opened);
  }

  private localStatement(): void {
    this.next();
    const { token } = this;
    if (this.accept("function")) {
      this.need("<name>");
      return this.functionBody(token);
    }
    do this.need("<name>");
    while (this.accept(","));
    if (this.accept("=")) this.expressions();
  }

  private expressionStatement(): void {
    if (this.suffixed()) return;
    while (this.accept(",")) this.suffixed();
    this.need("=");
    this.expressions();
  }

  private expressions(): void {
    do this.expression();
    while (this.accept(","));
  }

  private expression(limit = 0): void {
    if (UNARY.has(this.token.type)) {
      this.next();
      this.expression(UNARY_PRIORITY);
    } else this.simple();
    for (;;) {
      const { type } = this.token;
      const priority = type === "^" ? POWER_PRIORITY : PRIORITY[type];
      if (priority === undefined || priority <= limit) return;
      this.next();
      // Powers and concatenations bind from the right.
      this.expression(type === "^" || type === ".." ? priority - 1 : priority);
    }
  }

  private simple(): void {
    const { token } = this;
    if (CONSTANTS.has(token.type) || token.type === "<number>" || token.type === "<string>") {
      this.next();
    } else if (token.type === "{") this.table();
    else if (this.accept("function")) this.functionBody(token);
    else this.suffixed();
  }

  private table(): void {
    const opened = this.next();
    while (this.token.type !== "}") {
      if (this.accept("[")) {
        this.expression();
        this.need("]");
        this.need("=");
      } else if (this.token.type === "<name>" && this.tokens[this.at + 1]?.type === "=") {
        this.at += 2;
      }
      this.expression();
      if (!this.accept(",") && !this.accept(";")) break;
    }
    this.need("}", opened);
  }

  private functionBody(opened: LuaToken): void {
    this.need("(");
    if (this.token.type !== ")") {
      do {
        if (this.accept("...")) break;
        this.need("<name>");
      } while (this.accept(","));
    }
    this.need(")");
    this.closedBy("end", opened);
  }

  /** Whether what it read is a call, which may stand alone. */
  private suffixed(): boolean {
    const opened = this.token;
    if (this.accept("(")) {
      this.expression();
      this.need(")", opened);
    } else if (!this.accept("<name>")) this.fail("unexpected symbol");
    for (let called = false; ;) {
      const { type } = this.token;
      const calls = type === "(" || type === "{" || type === "<string>" || type === ":";
      if (this.accept(".")) this.need("<name>");
      else if (this.accept("[")) {
        this.expression();
        this.need("]");
      } else if (calls) this.arguments();
      else return called;
      called = calls;
    }
  }

  private arguments(): void {
    if (this.accept(":")) this.need("<name>");
    const { token } = this;
    if (this.accept("(")) {
      if (this.token.type !== ")") this.expressions();
      this.need(")", token);
    } else if (token.type === "{") this.table();
    else if (!this.accept("<string>")) this.fail("function arguments expected");
  }
}
