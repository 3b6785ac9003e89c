import { isRecord } from "@/lib/k8s/json-value";
import type { FieldPath } from "@/lib/yaml/field-path";

/**
 * The path that an API server's field name means in an object: it joins names by dots and puts keys
 * of maps in brackets, quoting neither, so `matchLabels.app.io/x` can only be read beside the object.
 */
export function faultPath(field: string, object: unknown): FieldPath {
  const path: (string | number)[] = [];
  let rest = field;
  let value: unknown = object;
  while (rest !== "") {
    const step = rest.startsWith("[") ? bracketed(rest, value) : named(rest, value);
    path.push(step.name);
    value = step.value;
    rest = rest.slice(step.length).replace(/^\./, "");
  }
  return path;
}

interface Step {
  readonly name: string | number;
  readonly value: unknown;
  /** How much of the text it takes, at least one letter. */
  readonly length: number;
}

function bracketed(text: string, value: unknown): Step {
  if (Array.isArray(value)) {
    const end = text.indexOf("]");
    const length = end < 0 ? text.length : end + 1;
    const index = Number(text.slice(1, length - 1));
    return { name: index, value: (value as unknown[])[index], length };
  }
  const key = longestKey(value, (name) => isEnd(text, `[${name}]`));
  const end = text.indexOf("]");
  const name = key ?? text.slice(1, end < 0 ? undefined : end);
  return { name, value: child(value, name), length: Math.min(name.length + 2, text.length) };
}

function named(text: string, value: unknown): Step {
  const name =
    longestKey(value, (candidate) => isEnd(text, candidate)) ?? /^[^.[]*/.exec(text)?.[0];
  const known = name === undefined || name === "" ? text : name;
  return { name: known, value: child(value, known), length: known.length };
}

/** Whether the text begins with a step that ends there. */
const isEnd = (text: string, step: string): boolean =>
  step !== "" && text.startsWith(step) && /^(?:[.[]|$)/.test(text.slice(step.length));

const longestKey = (value: unknown, fits: (name: string) => boolean): string | undefined =>
  isRecord(value)
    ? Object.keys(value)
        .filter(fits)
        .sort((a, b) => b.length - a.length)[0]
    : undefined;

const child = (value: unknown, name: string): unknown =>
  isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined;
