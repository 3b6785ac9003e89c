import { weakMemo } from "@/lib/base/weak-memo";
import type { MetricSource } from "../contracts";
import { hashText } from "../random";

/** The sources of one slice, by what identifies them as targets. */
export type SlicePart = ReadonlyMap<string, MetricSource>;

/** Gives the targets their turns: each once a round, and in the same slice for ever. */
export class ScrapeRounds {
  private parts: readonly SlicePart[] = [];
  private turn = 0;

  /** @param slices how many parts a round has */
  constructor(private readonly slices: number) {}

  /** The slice whose turn it is; the first of a round asks what there is. */
  next(sources: () => readonly MetricSource[]): {
    readonly slice: number;
    readonly part: SlicePart;
  } {
    const slice = this.turn;
    if (slice === 0) this.parts = this.parted(sources());
    this.turn = (slice + 1) % this.slices;
    return { slice, part: this.parts[slice] ?? new Map() };
  }

  private parted(sources: readonly MetricSource[]): readonly SlicePart[] {
    const parts = Array.from({ length: this.slices }, () => new Map<string, MetricSource>());
    for (const source of sources) {
      const { key, hash } = targetOf(source);
      parts[this.slices > 1 ? hash % this.slices : 0]?.set(key, source);
    }
    return parts;
  }
}

/** The same target is often the same source, too. */
const targetOf = weakMemo((source: MetricSource) => {
  const { job, instance, labels } = source;
  const key = `${job} ${instance} ${labels?.["namespace"] ?? ""}/${labels?.["pod"] ?? ""}`;
  return { key, hash: hashText(key) };
});
