import { isRecord } from "./json-value";
import { linearMatch } from "./pattern-match";
import { NotPlainCel, parsePlainCel, type PlainExpression } from "./plain-cel-syntax";
import { parseUrl } from "./url";

/** Variables by their place: `self`, then those of macros. */
type Scope = unknown[];
type Evaluate = (scope: Scope) => unknown;

/**
 * Whether a rule in CEL surely holds for a value as it stands in JSON. False means only that
 * the exact evaluation has to tell: the rule is broken, fails, or uses more than is known here.
 */
export type PlainRule = (self: unknown) => boolean;

const rules = new Map<string, PlainRule>();

/** The quick form of a rule. Nearly all rules of Istio's and the Gateway API's kinds have one. */
export function plainRule(expression: string): PlainRule {
  let rule = rules.get(expression);
  if (!rule) {
    rule = compileRule(expression);
    rules.set(expression, rule);
  }
  return rule;
}

const NEVER: PlainRule = () => false;

function compileRule(expression: string): PlainRule {
  const evaluate = attempt(() => compile(parsePlainCel(expression), ["self"]));
  if (!evaluate) return NEVER;
  return (self) => attempt(() => evaluate([self])) === true;
}

function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (error instanceof NotPlainCel) return undefined;
    throw error;
  }
}

const refuse = (): never => {
  throw new NotPlainCel();
};

/** A span of time, as `duration()` makes it. */
class Duration {
  constructor(readonly nanoseconds: number) {}
}

/** An address, as `url()` makes it. */
class Url {
  constructor(readonly scheme: string) {}
}

function compile(node: PlainExpression, names: readonly string[]): Evaluate {
  switch (node.type) {
    case "literal": {
      const { value } = node;
      return () => value;
    }
    case "name": {
      const place = names.lastIndexOf(node.name);
      return place < 0 ? refuse() : (scope) => scope[place];
    }
    case "list": {
      const items = node.items.map((item) => compile(item, names));
      return (scope) => items.map((item) => item(scope));
    }
    case "emptyMap":
      return () => ({});
    case "not": {
      const operand = compile(node.operand, names);
      return (scope) => !truth(operand(scope));
    }
    case "either": {
      const [test, yes, no] = [node.test, node.yes, node.no].map((part) => compile(part, names));
      return test && yes && no ? (scope) => (truth(test(scope)) ? yes : no)(scope) : refuse();
    }
    case "binary":
      return binary(node.operator, compile(node.left, names), compile(node.right, names));
    case "field": {
      const [of, name] = [compile(node.of, names), fieldName(node.name)];
      return (scope) => fieldOf(of(scope), name) ?? refuse();
    }
    case "index": {
      const [of, place] = [compile(node.of, names), compile(node.place, names)];
      return (scope) => itemOf(of(scope), place(scope));
    }
    case "has": {
      const [of, name] = [compile(node.of, names), fieldName(node.name)];
      return (scope) => fieldOf(of(scope), name) !== undefined;
    }
    case "call":
      return call(
        node.name,
        node.parameters.map((one) => compile(one, names)),
      );
    case "macro":
      return macro(
        node.name,
        compile(node.of, names),
        compile(node.body, [...names, node.variable]),
        names.length,
      );
  }
}

const truth = (value: unknown): boolean => (typeof value === "boolean" ? value : refuse());

/** A field as JSON has it: CEL escapes words that it keeps for itself. */
function fieldName(name: string): string {
  const reserved = /^__([a-z]+)__$/.exec(name);
  return reserved?.[1] ?? (name.includes("__") ? refuse() : name);
}

function fieldOf(of: unknown, name: string): unknown {
  if (!isRecord(of)) return refuse();
  const value = Object.hasOwn(of, name) ? of[name] : undefined;
  return value === null ? refuse() : value;
}

function itemOf(of: unknown, place: unknown): unknown {
  if (!Array.isArray(of) || typeof place !== "number") return refuse();
  const item: unknown = of[place];
  return item ?? refuse();
}

function binary(operator: string, left: Evaluate, right: Evaluate): Evaluate {
  switch (operator) {
    case "&&":
      return (scope) => truth(left(scope)) && truth(right(scope));
    case "||":
      return (scope) => truth(left(scope)) || truth(right(scope));
    case "==":
      return (scope) => same(left(scope), right(scope));
    case "!=":
      return (scope) => !same(left(scope), right(scope));
    case "in":
      return (scope) => {
        const wanted = left(scope);
        const list = right(scope);
        return Array.isArray(list) ? list.some((item) => same(item, wanted)) : refuse();
      };
    case "+":
      return (scope) => {
        const [a, b] = [left(scope), right(scope)];
        if (typeof a === "string" && typeof b === "string") return a + b;
        return whole(a) + whole(b);
      };
    case "<":
      return (scope) => order(left(scope), right(scope)) < 0;
    case "<=":
      return (scope) => order(left(scope), right(scope)) <= 0;
    case ">":
      return (scope) => order(left(scope), right(scope)) > 0;
    case ">=":
      return (scope) => order(left(scope), right(scope)) >= 0;
    default:
      return refuse();
  }
}

const whole = (value: unknown): number =>
  typeof value === "number" && Number.isSafeInteger(value) ? value : refuse();

function same(a: unknown, b: unknown): boolean {
  if (a instanceof Duration && b instanceof Duration) return a.nanoseconds === b.nanoseconds;
  if (typeof a !== typeof b || typeof a === "object") return refuse();
  if (typeof a === "number") return whole(a) === whole(b);
  return a === b;
}

function order(a: unknown, b: unknown): number {
  if (a instanceof Duration && b instanceof Duration) return a.nanoseconds - b.nanoseconds;
  return whole(a) - whole(b);
}

function sizeOf(value: unknown): number {
  if (typeof value === "string") return ascii(value).length;
  if (Array.isArray(value)) return value.length;
  return isRecord(value) ? Object.keys(value).length : refuse();
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : refuse());

/** A text whose places count alike in CEL and here. */
function ascii(value: unknown): string {
  const text = textOf(value);
  return /^[\x00-\x7f]*$/.test(text) ? text : refuse();
}

type Function = (...values: unknown[]) => unknown;

/** Functions and methods, with what a method is called on as the first value. */
const FUNCTIONS: Readonly<Record<string, Function>> = {
  size: sizeOf,
  duration: (text) => new Duration(nanosecondsOf(textOf(text))),
  int: (text) => (/^-?\d{1,15}$/.test(textOf(text)) ? Number(text) : refuse()),
  url: (text) => {
    const parts = parseUrl(textOf(text));
    return "problem" in parts ? refuse() : new Url(parts.scheme);
  },
  isURL: (text) => !("problem" in parseUrl(textOf(text))),
  getScheme: (url) => (url instanceof Url ? url.scheme : refuse()),
  contains: (text, part) => textOf(text).includes(textOf(part)),
  startsWith: (text, part) => textOf(text).startsWith(textOf(part)),
  endsWith: (text, part) => textOf(text).endsWith(textOf(part)),
  matches: (text, pattern) => linearMatch(textOf(pattern), textOf(text)) ?? refuse(),
  split: (text, separator) => textOf(text).split(textOf(separator) || refuse()),
  substring(text, from, to = ascii(text).length) {
    const [start, end] = [whole(from), whole(to)];
    return 0 <= start && start <= end && end <= ascii(text).length
      ? ascii(text).slice(start, end)
      : refuse();
  },
};

function call(name: string, parameters: readonly Evaluate[]): Evaluate {
  const run = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
  if (!run) return refuse();
  const [first] = parameters;
  if (parameters.length === 1 && first) return (scope) => run(first(scope));
  return (scope) => run(...parameters.map((one) => one(scope)));
}

const UNITS: Readonly<Record<string, number>> = { ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 };

/** Whole numbers of common units; all else is left to the exact evaluation. */
function nanosecondsOf(text: string): number {
  if (!/^(?:\d{1,6}(?:ms|s|m|h))+$/.test(text)) return refuse();
  const parts = text.matchAll(/(\d+)(ms|s|m|h)/g);
  return whole(
    [...parts].reduce((sum, [, count, unit = ""]) => sum + Number(count) * (UNITS[unit] ?? 0), 0),
  );
}

/** `list.all(x, …)` and its like. `place` is that of the variable. */
function macro(name: string, of: Evaluate, body: Evaluate, place: number): Evaluate {
  const inner = (item: unknown, scope: Scope): boolean => {
    if (item === null || item === undefined) return refuse();
    scope[place] = item;
    return truth(body(scope));
  };
  const itemsOf = (scope: Scope): readonly unknown[] => {
    const value = of(scope);
    if (Array.isArray(value)) return value;
    return isRecord(value) ? Object.keys(value) : refuse();
  };
  switch (name) {
    case "all":
      return (scope) => itemsOf(scope).every((item) => inner(item, scope));
    case "exists":
      return (scope) => itemsOf(scope).some((item) => inner(item, scope));
    case "exists_one":
      return (scope) => itemsOf(scope).filter((item) => inner(item, scope)).length === 1;
    case "filter":
      return (scope) => itemsOf(scope).filter((item) => inner(item, scope));
    default:
      return refuse();
  }
}
