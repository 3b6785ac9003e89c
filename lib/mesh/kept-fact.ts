import type { KindId } from "@/lib/istio/kinds";

type Fact = (mesh: never) => unknown;

/** All that a fact is made of: it may read nothing else. */
export interface FactSources {
  readonly kinds: readonly KindId[];
  readonly facts: readonly Fact[];
}

const known = new WeakMap<Fact, FactSources>();

/**
 * Says what a fact is made of. `mesh.derive` then keeps it for later snapshots in which these kinds
 * and facts are the same: in a large mesh most changes are of other kinds.
 */
export function keepFact(compute: Fact, sources: FactSources): void {
  known.set(compute, sources);
}

/** Undefined for a fact that nobody keeps. */
export const sourcesOf = (compute: Fact): FactSources | undefined => known.get(compute);
