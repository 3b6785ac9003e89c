/**
 * Whole numbers in the proportions of `shares` that add up to exactly `total`: each is rounded
 * down, then those that lost most get one more (largest remainder; earlier ones first on a tie).
 * All zeros where every share is zero.
 */
export function largestRemainder(shares: readonly number[], total: number): number[] {
  const sum = shares.reduce((a, b) => a + b, 0);
  if (sum <= 0) return shares.map(() => 0);
  const exact = shares.map((share) => (share * total) / sum);
  const floors = exact.map(Math.floor);
  let missing = total - floors.reduce((a, b) => a + b, 0);
  const byLoss = exact
    .map((value, index) => ({ index, loss: value - Math.floor(value) }))
    .sort((a, b) => b.loss - a.loss || a.index - b.index);
  for (const { index } of byLoss) {
    if (missing <= 0) break;
    floors[index] = (floors[index] ?? 0) + 1;
    missing -= 1;
  }
  return floors;
}

/** One destination of the route, as the split sees it. */
export interface Part {
  readonly role: "stable" | "canary" | "other";
  /** The weight that it has now; not negative. */
  readonly weight: number;
  /** The weight that it had when the rollout began; undefined for one that came later. */
  readonly base: number | undefined;
}

/**
 * The weights, adding up to 100, that give the canary `share` percent.
 *
 * `keep`: others keep the share they have now, and the canary's percent is of the rest
 * (rollouts.md 2.4 item 3). `absorb`: the canary gets its percent of everything; the stable version
 * and the others share the rest in the proportions of the beginning. A destination that came while
 * the rollout ran belongs to whoever added it: it keeps its share either way.
 */
export function splitWeights(
  parts: readonly Part[],
  share: number,
  others: "keep" | "absorb",
): number[] {
  const current = normalised(parts.map((part) => part.weight));
  const keeps = (part: Part) =>
    part.role === "other" && (others === "keep" || part.base === undefined);
  const kept = parts.reduce((sum, part, i) => sum + (keeps(part) ? (current[i] ?? 0) : 0), 0);
  const canary = Math.round((share * (100 - kept)) / 100);
  const rest = 100 - kept - canary;

  const bases = parts.map((part) => (part.role === "canary" || keeps(part) ? 0 : (part.base ?? 0)));
  const known = bases.some((base) => base > 0);
  // Where the stable version had nothing at the beginning, what the canary leaves is still its own.
  const claims = known ? bases : parts.map((part) => (part.role === "stable" ? 1 : 0));
  const divided = largestRemainder(claims, rest);
  return parts.map((part, i) => {
    if (part.role === "canary") return canary;
    return keeps(part) ? (current[i] ?? 0) : (divided[i] ?? 0);
  });
}

/** The weights as whole percents; they stay as they are where they add up to 100 already. */
function normalised(weights: readonly number[]): number[] {
  const sum = weights.reduce((a, b) => a + b, 0);
  return sum === 100 ? [...weights] : largestRemainder(weights, 100);
}
