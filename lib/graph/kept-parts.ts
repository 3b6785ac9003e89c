/**
 * Remembers by id what was made of what: the same inputs give the same object again, which tells
 * whoever compares graphs that nothing changed there.
 */
export class KeptParts<Part> {
  readonly #known = new Map<string, { readonly from: readonly unknown[]; readonly part: Part }>();

  /** The part of that id, made anew where one of `from`, all that it is made of, is another. */
  take(id: string, from: readonly unknown[], make: () => Part): Part {
    const before = this.#known.get(id);
    if (before && sameParts(before.from, from)) return before.part;
    const part = make();
    this.#known.set(id, { from, part });
    return part;
  }
}

/** Whether two lists hold the very same objects in the same order. */
export const sameParts = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((value, index) => Object.is(value, b[index]));
