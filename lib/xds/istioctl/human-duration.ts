const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

/**
 * A length of time as kubectl and istioctl write it: `90s`, `5m30s`, `3h12m`, `8d`. The longer it
 * is, the less of it is told. Source: the rules of apimachinery's HumanDuration.
 */
export function humanDuration(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < -1) return "<invalid>";
  if (seconds < 0) return "0s";
  if (seconds < 2 * MINUTE) return `${seconds}s`;
  if (seconds < 10 * MINUTE) return two(seconds, [MINUTE, "m"], [1, "s"]);
  if (seconds < 3 * HOUR) return one(seconds, MINUTE, "m");
  if (seconds < 8 * HOUR) return two(seconds, [HOUR, "h"], [MINUTE, "m"]);
  if (seconds < 2 * DAY) return one(seconds, HOUR, "h");
  if (seconds < 8 * DAY) return two(seconds, [DAY, "d"], [HOUR, "h"]);
  if (seconds < 2 * YEAR) return one(seconds, DAY, "d");
  if (seconds < 8 * YEAR) return two(seconds, [YEAR, "y"], [DAY, "d"]);
  return one(seconds, YEAR, "y");
}

const one = (seconds: number, unit: number, sign: string): string =>
  `${Math.floor(seconds / unit)}${sign}`;

function two(
  seconds: number,
  [unit, sign]: readonly [number, string],
  [less, lessSign]: readonly [number, string],
): string {
  const rest = Math.floor((seconds % unit) / less);
  return one(seconds, unit, sign) + (rest > 0 ? `${rest}${lessSign}` : "");
}
