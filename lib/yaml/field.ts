import { isRecord, type JsonRecord } from "@/lib/k8s/json-value";
import type { FieldPath } from "./field-path";

/**
 * A field of a document that may be half-typed, with its path.
 *
 * Rules read drafts through it: whatever is absent or of another type than asked for reads as
 * absent, so that no rule needs a check of its own, and none can forget one.
 */
export class Field {
  /** @param base where the steps begin: a field, or a path */
  constructor(
    readonly value: unknown,
    private readonly base: Field | FieldPath = [],
    private readonly steps: FieldPath = [],
  ) {}

  /** Put together when it is asked for: most fields are read and never reported. */
  get path(): FieldPath {
    return [...(this.base instanceof Field ? this.base.path : this.base), ...this.steps];
  }

  /** The field below the names, one level each. */
  at(...names: readonly string[]): Field {
    let value = this.value;
    for (const name of names) {
      value = isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined;
    }
    return new Field(value, this, names);
  }

  /** The items of a list; none for anything else. */
  items(): readonly Field[] {
    if (!Array.isArray(this.value)) return [];
    return this.value.map((item: unknown, index) => new Field(item, this, [index]));
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
    if (!isRecord(this.value)) return {};
    if (isTexts(this.value)) return this.value;
    const entries = Object.entries(this.value);
    const texts = entries.filter(
      (entry): entry is [string, string] => typeof entry[1] === "string",
    );
    return Object.fromEntries(texts);
  }
}

/** Whether all values are texts, as in all but drafts. */
function isTexts(record: JsonRecord): record is Readonly<Record<string, string>> {
  for (const name in record) if (typeof record[name] !== "string") return false;
  return true;
}
