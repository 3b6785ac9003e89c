/** A script that cannot be loaded: `LINE: MESSAGE`. */
export class LuaError extends Error {
  override readonly name = "LuaError";
}

/** One word or sign: `type` is itself for keywords and signs, `<name>`, `<string>`, `<number>` or `<eof>`. */
export interface LuaToken {
  readonly type: string;
  readonly text: string;
  readonly line: number;
}

const KEYWORDS = new Set(
  "and break do else elseif end false for function if in local nil not or repeat return then true until while".split(
    " ",
  ),
);

const BLANK = /\s+|--\[(=*)\[[^]*?\]\1\]|--[^\n]*/y;
const LONG_STRING = /\[(=*)\[[^]*?\]\1\]/y;
const STRING = /"(?:\\[^]|[^"\\\n])*"|'(?:\\[^]|[^'\\\n])*'/y;
const NUMBER = /0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const NAME = /[A-Za-z_]\w*/y;
const SIGN = /\.\.\.|\.\.|==|~=|<=|>=|[-+*/%^#<>=(){}[\];:,.]/y;

/** The words and signs of a script, the last of them its end. @throws LuaError */
export function luaTokens(source: string): readonly LuaToken[] {
  const tokens: LuaToken[] = [];
  let at = 0;
  let line = 1;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const text = pattern.exec(source)?.[0];
    if (text === undefined) return undefined;
    at += text.length;
    return text;
  };
  const add = (type: string, text: string): void => {
    tokens.push({ type, text, line });
  };
  while (at < source.length) {
    const blank = take(BLANK);
    const long = blank === undefined ? take(LONG_STRING) : undefined;
    const skipped = blank ?? long;
    if (skipped !== undefined) {
      line += skipped.split("\n").length - 1;
      if (long !== undefined) add("<string>", long);
      continue;
    }
    const string = take(STRING);
    const number = string === undefined ? take(NUMBER) : undefined;
    const name = (string ?? number) === undefined ? take(NAME) : undefined;
    if (string !== undefined) add("<string>", string);
    else if (number !== undefined) add("<number>", number);
    else if (name !== undefined) add(KEYWORDS.has(name) ? name : "<name>", name);
    else {
      const sign = take(SIGN);
      if (sign === undefined) throw unreadable(source.slice(at), line);
      add(sign, sign);
    }
  }
  add("<eof>", "<eof>");
  return tokens;
}

function unreadable(rest: string, line: number): LuaError {
  const quoted = /^["'][^\n]*/.exec(rest)?.[0];
  return quoted === undefined
    ? new LuaError(`${line}: unexpected symbol near '${rest.slice(0, 1)}'`)
    : new LuaError(`${line}: unfinished string near '${quoted}'`);
}
