import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type Scalar,
} from "yaml";
import { oldBoolean } from "./plain-scalar";
import type { OffsetRange } from "./text-range";

/** How much one document may hold before we refuse it. */
export interface ValueLimits {
  /** Aliases (`*name`) that are followed. */
  readonly aliases: number;
  /** Values after aliases were followed: what stops a few lines that unfold to gigabytes. */
  readonly values: number;
  /** Read `on` or `no` without quotes as kubectl and the API server do, whose YAML is 1.1. */
  readonly hasOldBooleans?: true;
}

/** Something in the text that has no plain JSON value. */
export interface ValueProblem extends OffsetRange {
  readonly message: string;
}

/**
 * The JSON value of a document, built by us rather than by the library: aliases are counted, a
 * circle of them ends, and a key can never reach an object's prototype.
 */
export function toValue(
  document: Document,
  limits: ValueLimits,
): { value: unknown; problems: readonly ValueProblem[] } {
  const reader = new Reader(document, limits);
  const value = reader.read(document.contents);
  return { value: value ?? null, problems: reader.problems };
}

/** The text of a mapping key, as JSON would have it. */
export const keyText = (key: unknown): string => {
  if (isScalar(key)) return String(key.value);
  return typeof key === "string" ? key : "";
};

/** Whether this key is YAML's merge key, `<<` without quotes. */
export const isMergeKey = (key: unknown): boolean =>
  isScalar(key) && key.value === "<<" && key.type === "PLAIN";

class Reader {
  readonly problems: ValueProblem[] = [];
  private aliases = 0;
  private values = 0;
  private exhausted = false;
  private readonly open = new Set<unknown>();

  constructor(
    private readonly document: Document,
    private readonly limits: ValueLimits,
  ) {}

  read(node: unknown): unknown {
    if (++this.values > this.limits.values) return this.exhaust(node, "values");
    if (isAlias(node)) return this.follow(node);
    if (isScalar(node)) {
      const isOld = this.limits.hasOldBooleans && isPlainText(node);
      return isOld ? oldBoolean(node.value) : plain(node.value);
    }
    if (isMap(node)) return this.guarded(node, () => this.record(node.items));
    if (isSeq(node)) return this.guarded(node, () => node.items.map((item) => this.read(item)));
    return null;
  }

  private record(items: readonly unknown[]): Record<string, unknown> {
    const entries = new Map<string, unknown>();
    const merged = new Map<string, unknown>();
    for (const pair of items) {
      if (!isPair(pair)) continue;
      if (isMergeKey(pair.key)) {
        for (const [key, value] of this.mergeSource(pair.value)) {
          if (!merged.has(key)) merged.set(key, value);
        }
        continue;
      }
      const key = keyText(pair.key);
      if (key === "__proto__") this.report(pair.key, "A field cannot be called __proto__.");
      else entries.set(key, this.read(pair.value));
    }
    for (const [key, value] of merged) if (!entries.has(key)) entries.set(key, value);
    return Object.fromEntries(entries);
  }

  private mergeSource(node: unknown): [string, unknown][] {
    const value = this.read(node);
    const sources = Array.isArray(value) ? (value as unknown[]) : [value];
    return sources.flatMap((source) =>
      typeof source === "object" && source !== null ? Object.entries(source) : [],
    );
  }

  private follow(alias: Node): unknown {
    if (!isAlias(alias)) return null;
    if (++this.aliases > this.limits.aliases) return this.exhaust(alias, "aliases");
    const target = alias.resolve(this.document);
    if (!target) return this.report(alias, `No anchor &${alias.source} comes before this alias.`);
    if (this.open.has(target)) {
      return this.report(alias, `The alias *${alias.source} contains itself.`);
    }
    return this.read(target);
  }

  private guarded<T>(node: unknown, read: () => T): T {
    this.open.add(node);
    const value = read();
    this.open.delete(node);
    return value;
  }

  private exhaust(node: unknown, what: "aliases" | "values"): null {
    if (!this.exhausted) {
      this.exhausted = true;
      this.report(node, `The document unfolds to more than ${this.limits[what]} ${what}.`);
    }
    return null;
  }

  private report(node: unknown, message: string): null {
    const range = isScalar(node) || isAlias(node) || isMap(node) || isSeq(node) ? node.range : null;
    this.problems.push({ message, start: range?.[0] ?? 0, end: range?.[1] ?? 0 });
    return null;
  }
}

const isPlainText = (node: Scalar): node is Scalar<string> =>
  typeof node.value === "string" && node.type === "PLAIN" && node.tag === undefined;

/** JSON knows no infinities and no NaN: they stay as their text. */
function plain(value: unknown): unknown {
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  return value === undefined ? null : value;
}
