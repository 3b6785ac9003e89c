/** A stretch of a line; `changed` where the other side has other words. */
interface DiffWord {
  readonly text: string;
  readonly changed: boolean;
}

/** One line of a comparison. Numbers count from 1 in their own text. */
export type DiffLine =
  | {
      readonly change: "same";
      readonly before: number;
      readonly after: number;
      readonly text: string;
    }
  | { readonly change: "del"; readonly before: number; readonly words: readonly DiffWord[] }
  | { readonly change: "add"; readonly after: number; readonly words: readonly DiffWord[] };

/** Compared line by line beyond this many steps costs too much: the middle is then shown as replaced. */
const MAX_CELLS = 4_000_000;

/** Pairs `[i, j]` of equal items, in order: a longest common subsequence. */
function commonPairs(a: readonly string[], b: readonly string[]): [number, number][] {
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1;
  let tail = 0;
  while (
    tail < a.length - head &&
    tail < b.length - head &&
    a[a.length - 1 - tail] === b[b.length - 1 - tail]
  ) {
    tail += 1;
  }
  const pairs: [number, number][] = Array.from({ length: head }, (_, i) => [i, i]);
  const rows = a.length - head - tail;
  const columns = b.length - head - tail;
  if (rows * columns > 0 && rows * columns <= MAX_CELLS) {
    pairs.push(...middlePairs(a, b, { head, rows, columns }));
  }
  for (let i = tail; i > 0; i -= 1) pairs.push([a.length - i, b.length - i]);
  return pairs;
}

/** `length[i * width + j]` is the longest match of what follows row i and column j. */
function middlePairs(
  a: readonly string[],
  b: readonly string[],
  { head, rows, columns }: { head: number; rows: number; columns: number },
): [number, number][] {
  const width = columns + 1;
  const length = new Uint32Array((rows + 1) * width);
  const at = (i: number, j: number) => length[i * width + j] ?? 0;
  for (let i = rows - 1; i >= 0; i -= 1) {
    for (let j = columns - 1; j >= 0; j -= 1) {
      length[i * width + j] =
        a[head + i] === b[head + j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const pairs: [number, number][] = [];
  for (let i = 0, j = 0; i < rows && j < columns;) {
    if (a[head + i] === b[head + j]) pairs.push([head + i++, head + j++]);
    else if (at(i + 1, j) >= at(i, j + 1)) i += 1;
    else j += 1;
  }
  return pairs;
}

/** A line cut into words, spaces and signs. */
const words = (line: string): string[] => line.match(/\s+|[\w.]+|[^\s\w.]/g) ?? [];

/** `line` with the stretches marked whose word index is not in `kept`. */
function marked(parts: readonly string[], kept: ReadonlySet<number>): DiffWord[] {
  const out: DiffWord[] = [];
  parts.forEach((text, index) => {
    const changed = !kept.has(index);
    const last = out.at(-1);
    if (last?.changed === changed) out[out.length - 1] = { text: last.text + text, changed };
    else out.push({ text, changed });
  });
  return out;
}

/** Two lines that stand for one another, with the words that differ. */
function compareWords(before: string, after: string): [DiffWord[], DiffWord[]] {
  const a = words(before);
  const b = words(after);
  const pairs = commonPairs(a, b);
  const shared = pairs.reduce((sum, [i]) => sum + (a[i]?.trim() ? 1 : 0), 0);
  // Lines without a word in common are two lines, not one that changed.
  if (shared === 0) return [[{ text: before, changed: false }], [{ text: after, changed: false }]];
  return [marked(a, new Set(pairs.map(([i]) => i))), marked(b, new Set(pairs.map(([, j]) => j)))];
}

/** An empty text has no line at all, not an empty one. */
const linesOf = (text: string): readonly string[] =>
  text === "" ? [] : text.replace(/\n$/, "").split("\n");

/** Two texts compared line by line; changed lines that stand for one another have their words marked. */
export function diffLines(before: string, after: string): DiffLine[] {
  const a = linesOf(before);
  const b = linesOf(after);
  const out: DiffLine[] = [];
  let i = 0;
  let j = 0;
  for (const [nextI, nextJ] of [...commonPairs(a, b), [a.length, b.length] as const]) {
    out.push(...replaced(a.slice(i, nextI), b.slice(j, nextJ), { before: i, after: j }));
    const text = a[nextI];
    if (text !== undefined && nextI < a.length) {
      out.push({ change: "same", before: nextI + 1, after: nextJ + 1, text });
    }
    i = nextI + 1;
    j = nextJ + 1;
  }
  return out;
}

/** Lines that gave way to others: as many as there are on both sides are compared by word. */
function replaced(
  gone: readonly string[],
  come: readonly string[],
  from: { before: number; after: number },
): DiffLine[] {
  const pairs = gone
    .slice(0, come.length)
    .map((line, index) => compareWords(line, come[index] ?? ""));
  const whole = (text: string): DiffWord[] => [{ text, changed: false }];
  return [
    ...gone.map((line, index) => ({
      change: "del" as const,
      before: from.before + index + 1,
      words: pairs[index]?.[0] ?? whole(line),
    })),
    ...come.map((line, index) => ({
      change: "add" as const,
      after: from.after + index + 1,
      words: pairs[index]?.[1] ?? whole(line),
    })),
  ];
}
