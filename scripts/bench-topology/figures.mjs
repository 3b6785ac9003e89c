// Lines of a bench: a figure, its unit, the limit that it must keep.

/** Collects figures and prints each as a line. */
export function figures() {
  let kept = true;
  return {
    /** Whether every figure so far kept its limit. */
    get kept() {
      return kept;
    },
    line(name, value, unit, limit) {
      const over = limit !== undefined && !(value <= limit);
      if (over) kept = false;
      const bound =
        limit === undefined ? "" : `  (at most ${limit} ${unit}${over ? ": TOO MUCH" : ""})`;
      process.stdout.write(
        `  ${name.padEnd(52)} ${value.toFixed(1).padStart(9)} ${unit}${bound}\n`,
      );
    },
  };
}

/** The value that `share` of all values do not exceed. */
export const percentile = (values, share) => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? NaN;
};

/** How long `act` takes, in ms. */
export async function timed(act) {
  const since = performance.now();
  const result = await act();
  return { result, ms: performance.now() - since };
}
