import { isRecord, type JsonRecord } from "@/lib/k8s/json-value";
import type { FieldPath } from "./field-path";

/**
 * A field of a document that may be half-typed, with its path.
 *
 * Rules read drafts through it: whatever is absent or of another type than asked for reads as
 * absent, so that no rule needs a check of its own, and none can forget one. What was read once is
 * kept: many rules read the same fields of an object.
 */
export class Field {
  /** Names and fields in turn: there are few, and what rules ask for is found first. */
  private inner: (string | Field)[] | undefined;
  private list: readonly Field[] | undefined;

  /** @param step the name or the index in the field around it */
  constructor(
    readonly value: unknown,
    private readonly around?: Field,
    private readonly step: string | number = "",
  ) {}

  /** Put together when it is asked for: most fields are read and never reported. */
  get path(): FieldPath {
    return this.around ? [...this.around.path, this.step] : [];
  }

  /** The field below the names, one level each. Not a list of them: this is what rules do most. */
  at(first: string, second?: string, third?: string, fourth?: string): Field {
    let field = this.child(first);
    if (second !== undefined) field = field.child(second);
    if (third !== undefined) field = field.child(third);
    return fourth === undefined ? field : field.child(fourth);
  }

  private child(name: string): Field {
    const inner = (this.inner ??= []);
    for (let at = 0; at < inner.length; at += 2) {
      if (inner[at] === name) return inner[at + 1] as Field;
    }
    const made = new Field(ownValue(this.value, name), this, name);
    inner.push(name, made);
    return made;
  }

  /** The items of a list; none for anything else. */
  items(): readonly Field[] {
    if (!Array.isArray(this.value)) return NO_ITEMS;
    return (this.list ??= this.value.map((item, index) => new Field(item, this, index)));
  }

  /** The fields of a mapping with their names; none for anything else. */
  entries(): readonly (readonly [string, Field])[] {
    if (!isRecord(this.value)) return [];
    return Object.keys(this.value).map((name) => [name, this.at(name)] as const);
  }

  /** Whether the field is there and not null. */
  get exists(): boolean {
    return this.value !== undefined && this.value !== null;
  }

  /** A text that is not empty. */
  get text(): string | undefined {
    return typeof this.value === "string" && this.value !== "" ? this.value : undefined;
  }

  get number(): number | undefined {
    return typeof this.value === "number" ? this.value : undefined;
  }

  /** Whether it is `true`. */
  get isTrue(): boolean {
    return this.value === true;
  }

  /** The texts of a list of texts. */
  texts(): readonly string[] {
    return this.items().flatMap(({ text }) => text ?? []);
  }

  /** The pairs of a mapping of texts. */
  labels(): Readonly<Record<string, string>> {
    return textsIn(this.value);
  }
}

/** The pairs of a mapping whose values are texts; none of anything else. */
export function textsIn(value: unknown): Readonly<Record<string, string>> {
  if (!isRecord(value)) return {};
  if (isTexts(value)) return value;
  const entries = Object.entries(value);
  const texts = entries.filter((entry): entry is [string, string] => typeof entry[1] === "string");
  return Object.fromEntries(texts);
}

/** Whether all values are texts, as in all but drafts. */
function isTexts(record: JsonRecord): record is Readonly<Record<string, string>> {
  for (const name in record) if (typeof record[name] !== "string") return false;
  return true;
}

const NO_ITEMS: readonly Field[] = [];

/** What a mapping holds itself. JSON has no functions: one is inherited, as the prototype is. */
function ownValue(value: unknown, name: string): unknown {
  if (!isRecord(value)) return undefined;
  const inner = value[name];
  return typeof inner === "function" || inner === Object.prototype ? undefined : inner;
}
