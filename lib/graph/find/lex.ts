/** One piece of an expression, and where it stands in the text. */
export interface Token {
  readonly type: "word" | "quoted" | "operator" | "open" | "close";
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** A sentence about an expression that cannot be read, and where it is wrong. */
export class FindError extends Error {
  override readonly name = "FindError";
  constructor(
    message: string,
    readonly at: number,
  ) {
    super(message);
  }
}

const OPERATOR = /^(?:!=|>=|<=|!~|=|:|~|>|<)/;
const WORD = /^[^\s()"=:~<>!]+/;

/** Cuts an expression into tokens. @throws FindError for a quotation that does not end */
export function lex(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const push = (type: Token["type"], value: string, length: number) => {
    tokens.push({ type, text: value, start: at, end: at + length });
    at += length;
  };
  while (at < text.length) {
    const rest = text.slice(at);
    const sign = rest[0] ?? "";
    if (/\s/.test(sign)) {
      at += 1;
      continue;
    }
    if (sign === "(" || sign === ")") {
      push(sign === "(" ? "open" : "close", sign, 1);
      continue;
    }
    if (sign === '"') {
      const end = rest.indexOf('"', 1);
      if (end < 0) throw new FindError("The quotation does not end", at);
      push("quoted", rest.slice(1, end), end + 1);
      continue;
    }
    const operator = OPERATOR.exec(rest)?.[0];
    const word = operator ?? WORD.exec(rest)?.[0];
    if (word === undefined) throw new FindError(`'${sign}' has no meaning here`, at);
    push(operator === undefined ? "word" : "operator", word, word.length);
  }
  return tokens;
}
