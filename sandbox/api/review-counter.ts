import type { ResourceReview } from "@/sandbox/contracts";
import type { Target } from "./type-registry";

/** Counts what istiod's webhook said of objects, as its metrics tell it. */
export class ReviewCounter {
  private readonly counts = new Map<string, { review: ResourceReview; count: number }>();

  /** Only objects of Istio's own groups come to the webhook. */
  add(
    { type: { group, plural: resource }, version: { name: version } }: Target,
    passed: boolean,
  ): void {
    if (!group.endsWith(".istio.io")) return;
    const key = `${group}/${version}/${resource}/${passed}`;
    const known = this.counts.get(key);
    if (known) known.count += 1;
    else this.counts.set(key, { review: { group, version, resource, passed }, count: 1 });
  }

  all(): readonly (ResourceReview & { readonly count: number })[] {
    return [...this.counts.values()].map(({ review, count }) => ({ ...review, count }));
  }
}
