/** No-break space: a number and its unit stay on one line. */
const NBSP = "\u00a0";
/** No data. Zero is written `0`. */
export const NO_DATA = "–";

/** A number and its unit, apart, so that a figure can set them in two sizes. */
export interface Measure {
  readonly value: string;
  readonly unit: string;
}

type Figure = number | null | undefined;

const group = (digits: number) =>
  new Intl.NumberFormat("en-GB", { minimumFractionDigits: 0, maximumFractionDigits: digits });
const GROUPED = [group(0), group(1), group(2)] as const;

const none: Measure = { value: NO_DATA, unit: "" };
const known = (value: Figure): value is number =>
  value !== null && value !== undefined && Number.isFinite(value);

/** `4,812`; at most `digits` decimals. */
export const formatNumber = (value: Figure, digits: 0 | 1 | 2 = 0): string =>
  known(value) ? GROUPED[digits].format(value) : NO_DATA;

/** Requests a second: decimals only where they say something. */
export function measureRate(perSecond: Figure): Measure {
  if (!known(perSecond)) return none;
  const digits = perSecond < 1 ? 2 : perSecond < 10 ? 1 : 0;
  return { value: formatNumber(perSecond, digits), unit: "/s" };
}

/** A share from 0 to 1 as percent. Nothing short of all reads 100 %, nothing above none reads 0 %. */
export function measureShare(share: Figure): Measure {
  if (!known(share)) return none;
  const percent = share * 100;
  if (percent > 0 && percent < 0.01) return { value: "<0.01", unit: "%" };
  if (percent < 100 && percent > 99.9) return { value: "99.9", unit: "%" };
  const value =
    percent === 0 || percent >= 100
      ? formatNumber(percent)
      : percent < 1
        ? percent.toFixed(2)
        : percent.toFixed(1);
  return { value, unit: "%" };
}

/** A latency or other short time in milliseconds. */
export function measureLatency(ms: Figure): Measure {
  if (!known(ms)) return none;
  if (ms >= 1000) return { value: formatNumber(ms / 1000, ms < 10_000 ? 2 : 1), unit: "s" };
  return { value: formatNumber(ms, ms < 10 ? 1 : 0), unit: "ms" };
}

/** Bytes in decimal units. */
export function measureBytes(bytes: Figure): Measure {
  if (!known(bytes)) return none;
  const units = ["B", "kB", "MB", "GB", "TB"] as const;
  let value = bytes;
  let step = 0;
  while (value >= 1000 && step < units.length - 1) {
    value /= 1000;
    step += 1;
  }
  return {
    value: formatNumber(value, step === 0 || value >= 100 ? 0 : 1),
    unit: units[step] ?? "",
  };
}

/** A measure as text: `42/s` closed up, all others with a no-break space. */
function formatMeasure({ value, unit }: Measure): string {
  if (unit === "") return value;
  return unit.startsWith("/") ? `${value}${unit}` : `${value}${NBSP}${unit}`;
}

export const formatRate = (perSecond: Figure): string => formatMeasure(measureRate(perSecond));
export const formatShare = (share: Figure): string => formatMeasure(measureShare(share));
export const formatLatency = (ms: Figure): string => formatMeasure(measureLatency(ms));
export const formatBytes = (bytes: Figure): string => formatMeasure(measureBytes(bytes));

/** A difference of two shares in percentage points, with its sign: `+19.7 pt`. */
export function formatPoints(difference: Figure): string {
  if (!known(difference)) return NO_DATA;
  const points = (difference * 100).toFixed(1);
  const shown = points === "-0.0" ? "0.0" : points;
  return `${difference > 0 ? "+" : ""}${shown.replace("-", "−")}${NBSP}pt`;
}

/** A length of time in milliseconds, in its two largest units at most: `2 h 11 min`. */
export function formatDuration(ms: number): string {
  const total = Math.max(0, Math.round(ms / 1000));
  if (total < 60) return `${total}${NBSP}s`;
  const minutes = Math.floor(total / 60);
  if (minutes < 60) {
    const rest = total % 60;
    return minutes < 10 && rest > 0
      ? `${minutes}${NBSP}min ${rest}${NBSP}s`
      : `${minutes}${NBSP}min`;
  }
  const hours = Math.floor(minutes / 60);
  if (hours < 24)
    return minutes % 60 ? `${hours}${NBSP}h ${minutes % 60}${NBSP}min` : `${hours}${NBSP}h`;
  const days = Math.floor(hours / 24);
  return hours % 24 && days < 10 ? `${days}${NBSP}d ${hours % 24}${NBSP}h` : `${days}${NBSP}d`;
}

/** How long ago, or in how long, in one unit: `12 min ago`, `in 6 d`. */
export function formatRelative(
  at: number,
  now: number,
  relative: "ago" | "old" | "none" = "ago",
): string {
  const seconds = Math.round(Math.abs(now - at) / 1000);
  const [amount, unit] =
    seconds < 60
      ? [seconds, "s"]
      : seconds < 3600
        ? [Math.floor(seconds / 60), "min"]
        : seconds < 172_800
          ? [Math.floor(seconds / 3600), "h"]
          : [Math.floor(seconds / 86_400), "d"];
  const length = `${amount}${NBSP}${unit}`;
  if (at > now) return `in ${length}`;
  return relative === "none" ? length : `${length} ${relative}`;
}

const ABSOLUTE = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  timeZone: "UTC",
});
const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });

/** `21 Nov 2026, 14:04:09 UTC`. */
export const formatInstant = (at: number): string => `${ABSOLUTE.format(at)} UTC`;

/** The day in the reader's own zone: `21 Nov`. */
export const formatDay = (at: number): string => DAY.format(at);

/** The hour and minute of the reader's own zone: `14:04`. */
export const formatClock = (at: number): string => CLOCK.format(at);

/** `1 proxy`, `3 proxies`. */
export const formatCount = (count: number, one: string, many = `${one}s`): string =>
  `${formatNumber(count)}${NBSP}${count === 1 ? one : many}`;
