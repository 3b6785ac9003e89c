import { type Attribute, ATTRIBUTES, attributeOf } from "./attributes";
import { FindError, lex, type Token } from "./lex";

export type Operator = "=" | "!=" | "~" | "!~" | ">" | ">=" | "<" | "<=";

/** An expression as a tree. */
export type Expression =
  | { readonly type: "and" | "or"; readonly left: Expression; readonly right: Expression }
  | { readonly type: "not"; readonly of: Expression }
  | {
      readonly type: "compare";
      readonly attribute: Attribute;
      readonly operator: Operator;
      /** In the attribute's own unit where it is a number. */
      readonly value: string | number;
    }
  /** A word by itself: part of a name. */
  | { readonly type: "word"; readonly text: string };

const UNITS: Readonly<Record<string, number>> = { "": 1, "%": 1, ms: 1, s: 1000, "/s": 1, k: 1000 };

/**
 * Reads an expression: comparisons such as `errors > 5%`, `namespace = shop`, `name ~ cart`, words
 * that are part of a name, `and` (or nothing), `or`, `not`, parentheses. `and` binds tighter than
 * `or`. Undefined for an empty one. @throws FindError
 */
export function parseFind(text: string): Expression | undefined {
  const tokens = lex(text);
  if (tokens.length === 0) return undefined;
  let at = 0;
  const end = text.length;
  const peek = (): Token | undefined => tokens[at];
  const isWord = (word: string, token = peek()) =>
    token?.type === "word" && token.text.toLowerCase() === word;

  function either(): Expression {
    let left = both();
    while (isWord("or")) {
      at += 1;
      left = { type: "or", left, right: both() };
    }
    return left;
  }

  function both(): Expression {
    let left = negated();
    for (;;) {
      const next = peek();
      if (isWord("and")) at += 1;
      else if (!next || next.type === "close" || isWord("or")) return left;
      left = { type: "and", left, right: negated() };
    }
  }

  function negated(): Expression {
    if (!isWord("not")) return primary();
    at += 1;
    return { type: "not", of: negated() };
  }

  function primary(): Expression {
    const token = tokens[at++];
    if (!token) throw new FindError("Something is missing at the end", end);
    if (token.type === "open") {
      const inner = either();
      const close = tokens[at++];
      if (close?.type !== "close") throw new FindError("A parenthesis is not closed", token.start);
      return inner;
    }
    if (
      token.type === "close" ||
      token.type === "operator" ||
      isWord("and", token) ||
      isWord("or", token)
    ) {
      throw new FindError(`'${token.text}' has nothing before it`, token.start);
    }
    const operator = peek();
    if (token.type === "quoted" || operator?.type !== "operator") {
      return { type: "word", text: token.text };
    }
    at += 1;
    return comparison(token, operator, tokens[at++]);
  }

  function comparison(name: Token, operator: Token, value: Token | undefined): Expression {
    const attribute = attributeOf(name.text);
    if (!attribute) {
      const known = ATTRIBUTES.map((one) => one.name).join(", ");
      throw new FindError(`There is no attribute '${name.text}'; there are ${known}`, name.start);
    }
    if (!value || value.type === "open" || value.type === "close" || value.type === "operator") {
      throw new FindError(`'${name.text} ${operator.text}' has no value`, value?.start ?? end);
    }
    const sign = (operator.text === ":" ? "=" : operator.text) as Operator;
    if (attribute.type === "text") {
      if (sign.includes(">") || sign.includes("<")) {
        throw new FindError(`${attribute.name} is text, and has no order`, operator.start);
      }
      return { type: "compare", attribute, operator: sign, value: value.text };
    }
    if (sign.includes("~")) {
      throw new FindError(`${attribute.name} is a number, and has no parts`, operator.start);
    }
    const [, digits = "", unit = ""] = /^(\d+(?:\.\d+)?)(%|ms|s|\/s|k)?$/i.exec(value.text) ?? [];
    const factor = UNITS[unit.toLowerCase()];
    if (digits === "" || factor === undefined) {
      throw new FindError(`'${value.text}' is no number`, value.start);
    }
    return { type: "compare", attribute, operator: sign, value: Number(digits) * factor };
  }

  const expression = either();
  const surplus = peek();
  if (surplus) throw new FindError(`'${surplus.text}' closes nothing`, surplus.start);
  return expression;
}
