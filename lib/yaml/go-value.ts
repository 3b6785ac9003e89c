import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Node,
  Scalar,
  visit,
} from "yaml";
import { isMergeKey } from "./to-value";

/**
 * The JSON value that Kubernetes' Go programs make of a YAML document, or of one node in it. They read YAML 1.1: plain
 * `yes`, `on` and `y` are booleans, `010` is 8, `1_000` a number, and of a repeated key the last
 * one counts. Source: the resolver of go-yaml v2, which sigs.k8s.io/yaml uses.
 *
 * @throws GoYamlError
 */
export const goValue = (document: Document, node: unknown = document.contents): unknown =>
  new Reader(document).read(node);

/** What Go refuses: a key that is no text, number or boolean, an infinite number, aliases in a circle. */
export class GoYamlError extends Error {
  override readonly name = "GoYamlError";
}

class Reader {
  private targets: ReadonlyMap<Alias, Node | undefined> | undefined;
  private readonly open = new Set<unknown>();
  private reads = 0;
  private aliasReads = 0;
  private aliasDepth = 0;

  constructor(private readonly document: Document) {}

  read(node: unknown): unknown {
    this.count();
    if (isAlias(node)) return this.follow(node);
    if (isScalar(node)) return scalar(node);
    if (isSeq(node)) {
      checkFlow(node.flow, node.items);
      return this.guarded(node, () => node.items.map((item) => this.read(item)));
    }
    if (!isMap(node)) return null;
    checkFlow(
      node.flow,
      node.items.map(({ value }) => value),
    );
    return this.guarded(node, () => this.record(node.items));
  }

  private record(items: readonly unknown[]): Record<string, unknown> {
    const entries = new Map<string, unknown>();
    const merged = new Map<string, unknown>();
    for (const pair of items) {
      if (!isPair(pair)) continue;
      if (isMergeKey(pair.key)) {
        for (const [key, value] of [this.read(pair.value)].flat().flatMap(fieldsOf)) {
          if (!merged.has(key)) merged.set(key, value);
        }
      } else entries.set(this.keyOf(pair.key), this.read(pair.value));
    }
    for (const [key, value] of merged) if (!entries.has(key)) entries.set(key, value);
    entries.delete("__proto__");
    return Object.fromEntries(entries);
  }

  private keyOf(node: unknown): string {
    const key = this.read(node);
    if (typeof key === "string") return key;
    if (typeof key === "number" || typeof key === "boolean") return String(key);
    throw new GoYamlError("a key is no text");
  }

  private follow(alias: Alias): unknown {
    this.targets ??= targetsOf(this.document);
    const target = this.targets.get(alias);
    if (!target) throw new GoYamlError(`yaml: unknown anchor '${alias.source}' referenced`);
    if (this.open.has(target)) {
      throw new GoYamlError(`yaml: anchor '${alias.source}' value contains itself`);
    }
    this.aliasDepth++;
    const value = this.read(target);
    this.aliasDepth--;
    return value;
  }

  private guarded<T>(node: unknown, read: () => T): T {
    this.open.add(node);
    const value = read();
    this.open.delete(node);
    return value;
  }

  /** Ends a text of a few lines that unfolds to gigabytes where go-yaml does. */
  private count(): void {
    this.reads++;
    if (this.aliasDepth > 0) this.aliasReads++;
    if (this.aliasReads <= 100 || this.reads <= 1000) return;
    const large = Math.min(Math.max((this.reads - 400_000) / 3_600_000, 0), 1);
    if (this.aliasReads / this.reads > 0.99 - 0.89 * large) {
      throw new GoYamlError("yaml: document contains excessive aliasing");
    }
  }
}

/** The node that each alias stands for: the last one before it that has the anchor. */
function targetsOf(document: Document): ReadonlyMap<Alias, Node | undefined> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node | undefined>();
  visit(document, {
    Alias: (_, alias) => void targets.set(alias, anchors.get(alias.source)),
    Value: (_, node) => {
      if (node.anchor !== undefined) anchors.set(node.anchor, node);
    },
  });
  return targets;
}

/** go-yaml takes a colon at the beginning of a value in brackets for the end of a key. */
function checkFlow(isFlow: boolean | undefined, values: readonly unknown[]): void {
  const beginsWithColon = (node: unknown): boolean =>
    isScalar(node) && node.type === Scalar.PLAIN && (node.source ?? "").startsWith(":");
  if (isFlow && values.some(beginsWithColon)) {
    throw new GoYamlError("yaml: did not find expected node content");
  }
}

const fieldsOf = (source: unknown): readonly [string, unknown][] =>
  typeof source === "object" && source !== null ? Object.entries(source) : [];

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
