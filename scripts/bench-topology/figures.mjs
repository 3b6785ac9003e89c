// Lines of a bench: a figure, its unit, the limit that it must keep.

/** Collects figures, prints each as a line, and all of them that have a limit as a table. */
export function figures() {
  const limited = [];
  let where = "";
  return {
    /** Whether every figure so far kept its limit. */
    get kept() {
      return limited.every(({ met }) => met);
    },
    /** What the lines that follow are about. */
    about(title) {
      where = title;
      process.stdout.write(`${title}\n`);
    },
    line(name, value, unit, limit) {
      const met = limit === undefined || value <= limit;
      const figure = `${value.toFixed(Math.abs(value) < 10 && value % 1 !== 0 ? 2 : 1)} ${unit}`;
      if (limit !== undefined)
        limited.push({ where, name, figure, limit: `${limit} ${unit}`, met });
      const bound =
        limit === undefined ? "" : `  at most ${limit} ${unit}: ${met ? "met" : "NOT MET"}`;
      process.stdout.write(`  ${name.padEnd(52)} ${figure.padStart(14)}${bound}\n`);
    },
    /** Prints every figure that has a limit once more. */
    table() {
      const row = (cells) => `| ${cells.join(" | ")} |\n`;
      process.stdout.write(`\n${row(["mesh", "figure", "is", "at most", ""])}`);
      process.stdout.write(row(["---", "---", "---", "---", "---"]));
      for (const { where: mesh, name, figure, limit, met } of limited) {
        process.stdout.write(row([mesh, name, figure, limit, met ? "met" : "NOT MET"]));
      }
    },
  };
}

/** The value that `share` of all values do not exceed. */
export const percentile = (values, share) => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? NaN;
};

/** How much `values` rise from one to the next, by least squares; NaN of fewer than two. */
export function slope(values) {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const over = values.reduce((sum, value, index) => sum + (index - middle) * (value - mean), 0);
  return over / values.reduce((sum, _value, index) => sum + (index - middle) ** 2, 0);
}

/** How long `act` takes, in ms. */
export async function timed(act) {
  const since = performance.now();
  const result = await act();
  return { result, ms: performance.now() - since };
}
