const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;
const LONGEST = 86_400;

/**
 * The seconds of a length of time as Prometheus writes it: `60s`, `5m`, `1h30m`; a bare number is
 * seconds. Undefined for what is none, for fractions, and for what is longer than a day.
 */
export function windowSeconds(text: string): number | undefined {
  if (!/^(\d+|(\d+[smhd])+)$/.test(text)) return undefined;
  const parts = [...text.matchAll(/(\d+)([smhd]?)/g)].map(
    ([, count = "0", unit = ""]) =>
      Number(count) * SECONDS[(unit === "" ? "s" : unit) as keyof typeof SECONDS],
  );
  const total = parts.reduce((sum, part) => sum + part, 0);
  return total >= 1 && total <= LONGEST ? total : undefined;
}
