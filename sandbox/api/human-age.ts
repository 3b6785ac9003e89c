const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

/** `big` and, unless it is zero, `small`: `3h20m`. */
const pair = (big: string, small: number, unit: string): string =>
  small === 0 ? big : `${big}${small}${unit}`;

/** A length of time as kubectl prints it: two units at most, fewer digits the longer it is. */
export function humanDuration(ms: number): string {
  const s = Math.floor(ms / 1000);
  if (s < -1) return "<invalid>";
  if (s < 0) return "0s";
  if (s < 2 * MINUTE) return `${s}s`;
  const minutes = Math.floor(s / MINUTE);
  if (minutes < 10) return pair(`${minutes}m`, s % MINUTE, "s");
  if (minutes < 3 * 60) return `${minutes}m`;
  const hours = Math.floor(s / HOUR);
  if (hours < 8) return pair(`${hours}h`, minutes % 60, "m");
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(s / DAY);
  if (hours < 24 * 8) return pair(`${days}d`, hours % 24, "h");
  if (hours < 24 * 365 * 2) return `${days}d`;
  const years = Math.floor(s / YEAR);
  return hours < 24 * 365 * 8 ? pair(`${years}y`, days % 365, "d") : `${years}y`;
}

/** The time from an RFC 3339 stamp until `now` (ms since the epoch); `<unknown>` without a stamp. */
export function humanAge(stamp: string | undefined, now: number): string {
  const at = stamp === undefined ? Number.NaN : Date.parse(stamp);
  return Number.isNaN(at) ? "<unknown>" : humanDuration(now - at);
}
