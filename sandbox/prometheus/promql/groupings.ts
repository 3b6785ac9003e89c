import type { LabelSet, LabelSource } from "../series";
import { labelKey } from "./label-order";

/** So many groups are remembered of all groupings together. */
const MAX_GROUPS = 100_000;

/** Which group each series falls into when it is summed up by a list of labels. */
export class Grouping {
  /** By what all its series have in common: their own label set, or the series itself. */
  private readonly bySource = new WeakMap<object, number>();
  private readonly byKey = new Map<string, number>();
  private readonly labels: LabelSet[] = [];
  private readonly sorted: readonly string[];

  constructor(names: readonly string[]) {
    this.sorted = [...new Set(names)].sort();
  }

  /** How many it knows. */
  get groups(): number {
    return this.labels.length;
  }

  /** The number of the group of a series: the same for all that are alike in the grouping's labels. */
  groupOf(source: LabelSource): number {
    const { own, owner } = source;
    const isOwners = this.sorted.some((name) => owner.labels[name] !== undefined);
    const whose = isOwners ? source : own;
    let group = this.bySource.get(whose);
    if (group === undefined) {
      group = this.find(source);
      this.bySource.set(whose, group);
    }
    return group;
  }

  labelsOf(group: number): LabelSet {
    return this.labels[group] ?? {};
  }

  private find(source: LabelSource): number {
    const labels: Record<string, string> = {};
    for (const name of this.sorted) {
      const value = source.label(name);
      if (value) labels[name] = value;
    }
    const key = labelKey(labels);
    let group = this.byKey.get(key);
    if (group === undefined) {
      group = this.labels.length;
      this.byKey.set(key, group);
      this.labels.push(labels);
    }
    return group;
  }
}

/**
 * The groupings that queries ask for: the same ones come back at each step of a range and at each
 * refresh of a page, and to work out a group takes longer than to add to it.
 */
export class Groupings {
  /** By the names, the one that was asked for last at the end. */
  private readonly known = new Map<string, Grouping>();

  of(names: readonly string[]): Grouping {
    const key = names.join(",");
    const grouping = this.known.get(key) ?? new Grouping(names);
    this.known.delete(key);
    let size = 0;
    for (const { groups } of this.known.values()) size += groups;
    for (const [oldest, { groups }] of this.known) {
      if (size <= MAX_GROUPS) break;
      this.known.delete(oldest);
      size -= groups;
    }
    // One that is too large by itself begins anew, at the next query.
    if (grouping.groups <= MAX_GROUPS) this.known.set(key, grouping);
    return grouping;
  }
}
