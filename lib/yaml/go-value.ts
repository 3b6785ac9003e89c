import { type Document, isAlias, isMap, isPair, isScalar, isSeq, Scalar } from "yaml";
import { isMergeKey } from "./to-value";

/**
 * The JSON value that Kubernetes' Go programs make of a YAML document, or of one node in it. They read YAML 1.1: plain
 * `yes`, `on` and `y` are booleans, `010` is 8, `1_000` a number, and of a repeated key the last
 * one counts. Source: the resolver of go-yaml v2, which sigs.k8s.io/yaml uses.
 *
 * The document must have been read within limits before (`parseYaml`): aliases are followed here.
 * @throws GoYamlError
 */
export const goValue = (document: Document, node: unknown = document.contents): unknown =>
  read(document, node);

/** A value that Go refuses: a key that is no text, number or boolean, or a number that is not finite. */
export class GoYamlError extends Error {
  override readonly name = "GoYamlError";
}

function read(document: Document, node: unknown): unknown {
  if (isAlias(node)) return read(document, node.resolve(document));
  if (isScalar(node)) return scalar(node);
  if (isSeq(node)) return node.items.map((item) => read(document, item));
  if (!isMap(node)) return null;
  const entries = new Map<string, unknown>();
  const merged = new Map<string, unknown>();
  for (const pair of node.items) {
    if (!isPair(pair)) continue;
    if (isMergeKey(pair.key)) {
      for (const [key, value] of [read(document, pair.value)].flat().flatMap(fieldsOf)) {
        if (!merged.has(key)) merged.set(key, value);
      }
    } else entries.set(keyOf(document, pair.key), read(document, pair.value));
  }
  for (const [key, value] of merged) if (!entries.has(key)) entries.set(key, value);
  entries.delete("__proto__");
  return Object.fromEntries(entries);
}

const fieldsOf = (source: unknown): readonly [string, unknown][] =>
  typeof source === "object" && source !== null ? Object.entries(source) : [];

function keyOf(document: Document, node: unknown): string {
  const key = read(document, node);
  if (typeof key === "string") return key;
  if (typeof key === "number" || typeof key === "boolean") return String(key);
  throw new GoYamlError("a key is no text");
}

function scalar(node: Scalar): unknown {
  if (node.tag !== undefined || node.type !== Scalar.PLAIN) return taggedValue(node);
  return plainValue(node.source ?? "");
}

function taggedValue(node: Scalar): unknown {
  if (typeof node.value === "bigint") return Number(node.value);
  return node.value instanceof Date ? (node.source ?? "") : node.value;
}

const WORDS: ReadonlyMap<string, boolean | null> = new Map<string, boolean | null>([
  ...words("y Y yes Yes YES true True TRUE on On ON", true),
  ...words("n N no No NO false False FALSE off Off OFF", false),
  ...words("~ null Null NULL", null),
  ["", null],
]);

function words(list: string, value: boolean | null): (readonly [string, boolean | null])[] {
  return list.split(" ").map((word) => [word, value] as const);
}

const FLOAT = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;
const INTEGER = /^([-+]?)(0x[0-9a-f]+|0b[01]+|0o?[0-7]*|[1-9][0-9]*)$/i;

function plainValue(source: string): unknown {
  const word = WORDS.get(source);
  if (word !== undefined) return word;
  // A number to Go, which JSON cannot hold.
  if (/^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/.test(source)) {
    throw new GoYamlError(`json: unsupported value: ${source}`);
  }
  if (!/^[-+.0-9]/.test(source)) return source;
  const plain = source.replaceAll("_", "");
  const integer = INTEGER.exec(plain);
  if (integer) {
    const [, sign, digits = "0"] = integer;
    const number = /^0[0-7]+$/.test(digits)
      ? parseInt(digits, 8)
      : Number(digits.replace(/^0o$/i, "0"));
    return sign === "-" ? -number : number;
  }
  if (!FLOAT.test(plain)) return source;
  const number = Number(plain);
  return Number.isFinite(number) ? number : source;
}
