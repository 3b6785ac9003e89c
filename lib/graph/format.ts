/** A no-break space, so that a number and its unit stay together. */
const NBSP = "\u00a0";

/** `1940` -> `1,940`. */
const grouped = (value: number) =>
  Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ",");

const short = (value: number) => {
  if (value === 0) return "0";
  if (value < 0.05) return "<0.1";
  return value < 9.95 ? value.toFixed(1) : grouped(value);
};

/** Requests per second: `3.2`, `40`, `1,940`; `–` when it was not measured. */
export const formatRate = (perSecond: number | null): string =>
  perSecond === null ? "–" : short(perSecond);

/** A ratio in [0, 1] as an error share: `0 %`, `0.4 %`, `19.4 %`, `100 %`; `–` without data. */
export function formatErrorShare(ratio: number | null): string {
  if (ratio === null) return "–";
  const percent = ratio * 100;
  if (percent === 0) return `0${NBSP}%`;
  if (percent < 0.05) return `<0.1${NBSP}%`;
  return percent > 99.95 ? `100${NBSP}%` : `${percent.toFixed(1)}${NBSP}%`;
}

/** A ratio in [0, 1] that somebody set: `5 %`, `0.5 %`. */
export const formatLimit = (ratio: number): string =>
  `${Number((ratio * 100).toPrecision(3))}${NBSP}%`;

/** A ratio in [0, 1] as a part of a split, in whole percents above one: `20 %`. */
export function formatSplit(ratio: number | null): string {
  if (ratio === null) return "–";
  const percent = ratio * 100;
  if (percent > 0 && percent < 0.95) return `${Math.max(0.1, percent).toFixed(1)}${NBSP}%`;
  return `${Math.round(percent)}${NBSP}%`;
}

/** Milliseconds: `4.2 ms`, `120 ms`, `1.4 s`; `–` without data. */
export function formatLatency(ms: number | null): string {
  if (ms === null) return "–";
  if (ms >= 9_950) return `${grouped(ms / 1000)}${NBSP}s`;
  if (ms >= 995) return `${(ms / 1000).toFixed(1)}${NBSP}s`;
  return `${short(ms)}${NBSP}ms`;
}

/** Bytes per second: `0.4 MB/s`; `–` without data. */
export function formatBytes(perSecond: number | null): string {
  if (perSecond === null) return "–";
  if (perSecond >= 1e6) return `${short(perSecond / 1e6)}${NBSP}MB/s`;
  if (perSecond >= 1e3) return `${short(perSecond / 1e3)}${NBSP}kB/s`;
  return `${short(perSecond)}${NBSP}B/s`;
}
