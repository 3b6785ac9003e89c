import { extreme, mean, quantile, variance } from "./statistics";
import { exactSum, regression } from "./regression";
import type { RangeSeries } from "./value";

/** The window of a range vector, and when it is asked for: times in ms since the epoch. */
export interface Window {
  /** Right edge, after offset and `@`. */
  readonly end: number;
  readonly range: number;
  /** The evaluation time itself. */
  readonly time: number;
}

/** A function of the samples of one series in a window; undefined yields no sample. */
type RangeFunction = (
  series: RangeSeries,
  window: Window,
  parameters: readonly number[],
) => number | undefined;

/** Functions over ranges, by PromQL's name. */
export const RANGE_FUNCTIONS: Readonly<Record<string, RangeFunction>> = {
  rate: (series, window) => extrapolated(series, window, { counter: true, perSecond: true }),
  increase: (series, window) => extrapolated(series, window, { counter: true, perSecond: false }),
  delta: (series, window) => extrapolated(series, window, { counter: false, perSecond: false }),
  irate: (series) => instantChange(series, true),
  idelta: (series) => instantChange(series, false),
  deriv: ({ times, values }) =>
    values.length < 2 ? undefined : regression(times, values, times[0] ?? 0).slope,
  predict_linear: ({ times, values }, { time }, [seconds = Number.NaN]) => {
    if (values.length < 2) return undefined;
    const { slope, intercept } = regression(times, values, time);
    return slope * seconds + intercept;
  },
  double_exponential_smoothing: ({ values }, _, [smoothing = 0, trend = 0]) =>
    smoothed(values, smoothing, trend),
  sum_over_time: ({ values }) => exactSum(values),
  avg_over_time: ({ values }) => mean(values),
  min_over_time: ({ values }) => extreme(values, (candidate, kept) => candidate < kept),
  max_over_time: ({ values }) => extreme(values, (candidate, kept) => candidate > kept),
  count_over_time: ({ values }) => values.length,
  last_over_time: ({ values }) => values.at(-1),
  present_over_time: () => 1,
  stddev_over_time: ({ values }) => Math.sqrt(variance(values)),
  stdvar_over_time: ({ values }) => variance(values),
  mad_over_time: ({ values }) => {
    const median = quantile(0.5, values);
    return quantile(
      0.5,
      values.map((value) => Math.abs(value - median)),
    );
  },
  quantile_over_time: ({ values }, _, [q = Number.NaN]) => quantile(q, values),
  changes: ({ values }) =>
    countPairs(values, (a, b) => a !== b && !(Number.isNaN(a) && Number.isNaN(b))),
  resets: ({ values }) => countPairs(values, (a, b) => b < a),
};

function countPairs(values: readonly number[], counts: (a: number, b: number) => boolean): number {
  let count = 0;
  for (let i = 1; i < values.length; i += 1) {
    if (counts(values[i - 1] ?? Number.NaN, values[i] ?? Number.NaN)) count += 1;
  }
  return count;
}

function instantChange({ times, values }: RangeSeries, perSecond: boolean): number | undefined {
  const [before, after] = [values.at(-2), values.at(-1)];
  const [from, to] = [times.at(-2), times.at(-1)];
  if (before === undefined || after === undefined || from === undefined || to === undefined)
    return undefined;
  const change = perSecond && after < before ? after : after - before;
  return perSecond ? change / ((to - from) / 1_000) : change;
}

/** Holt's linear smoothing. */
function smoothed(
  values: readonly number[],
  smoothing: number,
  factor: number,
): number | undefined {
  const [first, second] = values;
  if (first === undefined || second === undefined) return undefined;
  let before = 0;
  let level = first;
  let trend = second - first;
  for (let i = 1; i < values.length; i += 1) {
    if (i > 1) trend = factor * (level - before) + (1 - factor) * trend;
    const next = smoothing * (values[i] ?? Number.NaN) + (1 - smoothing) * (level + trend);
    before = level;
    level = next;
  }
  return level;
}

/**
 * The change over the whole window, extrapolated from the samples inside it to its edges, but no
 * further than half a sample interval past them where the series seems to begin or end there, and
 * never below zero for counters.
 *
 * Source: extrapolatedRate of Prometheus 2.
 */
function extrapolated(
  { times, values }: RangeSeries,
  { end, range }: Window,
  { counter, perSecond }: { counter: boolean; perSecond: boolean },
): number | undefined {
  const [firstTime, lastTime] = [times[0], times.at(-1)];
  const [firstValue, lastValue] = [values[0], values.at(-1)];
  if (times.length < 2 || firstTime === undefined || lastTime === undefined) return undefined;
  if (firstValue === undefined || lastValue === undefined) return undefined;

  let change = lastValue - firstValue;
  if (counter) {
    for (let i = 1; i < values.length; i += 1) {
      const before = values[i - 1] ?? 0;
      if ((values[i] ?? 0) < before) change += before;
    }
  }
  const sampled = (lastTime - firstTime) / 1_000;
  const interval = sampled / (times.length - 1);
  let toStart = (firstTime - (end - range)) / 1_000;
  const toEnd = (end - lastTime) / 1_000;
  if (counter && change > 0 && firstValue >= 0) {
    toStart = Math.min(toStart, sampled * (firstValue / change));
  }
  const threshold = interval * 1.1;
  const covered =
    sampled +
    (toStart < threshold ? toStart : interval / 2) +
    (toEnd < threshold ? toEnd : interval / 2);
  const total = change * (covered / sampled);
  return perSecond ? total / (range / 1_000) : total;
}
