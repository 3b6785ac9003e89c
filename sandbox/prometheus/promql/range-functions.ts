import { extreme, quantile, variance } from "./aggregate";
import type { RangeSeries } from "./value";

/** The window of a range vector: `end` in ms since the epoch, `range` in ms. */
export interface Window {
  readonly end: number;
  readonly range: number;
}

/** A function of the samples of one series in a window; undefined yields no sample. */
export type RangeFunction = (
  series: RangeSeries,
  window: Window,
  parameter: number,
) => number | undefined;

const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);
const last = (values: readonly number[]): number => values.at(-1) ?? Number.NaN;

/** Functions over ranges, by PromQL's name. */
export const RANGE_FUNCTIONS: Readonly<Record<string, RangeFunction>> = {
  rate: (series, window) => extrapolated(series, window, { counter: true, perSecond: true }),
  increase: (series, window) => extrapolated(series, window, { counter: true, perSecond: false }),
  delta: (series, window) => extrapolated(series, window, { counter: false, perSecond: false }),
  irate: (series) => instantChange(series, true),
  idelta: (series) => instantChange(series, false),
  deriv: ({ times, values }) => slope(times, values),
  predict_linear: ({ times, values }, { end }, seconds) => {
    const perSecond = slope(times, values);
    if (perSecond === undefined) return undefined;
    const meanTime = sum(times) / times.length;
    return sum(values) / values.length + perSecond * ((end - meanTime) / 1_000 + seconds);
  },
  sum_over_time: ({ values }) => sum(values),
  avg_over_time: ({ values }) => sum(values) / values.length,
  min_over_time: ({ values }) => extreme(values, (candidate, kept) => candidate < kept),
  max_over_time: ({ values }) => extreme(values, (candidate, kept) => candidate > kept),
  count_over_time: ({ values }) => values.length,
  last_over_time: ({ values }) => last(values),
  present_over_time: () => 1,
  stddev_over_time: ({ values }) => Math.sqrt(variance(values)),
  stdvar_over_time: ({ values }) => variance(values),
  quantile_over_time: ({ values }, _, q) => quantile(q, values),
  changes: ({ values }) =>
    countPairs(values, (a, b) => a !== b && !(Number.isNaN(a) && Number.isNaN(b))),
  resets: ({ values }) => countPairs(values, (a, b) => b < a),
};

/** Range functions that take a number: its place among the arguments. */
export const RANGE_PARAMETER: Readonly<Record<string, 0 | 1>> = {
  quantile_over_time: 0,
  predict_linear: 1,
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

/** Least squares, per second. */
function slope(times: readonly number[], values: readonly number[]): number | undefined {
  if (values.length < 2) return undefined;
  const meanTime = sum(times) / times.length;
  const meanValue = sum(values) / values.length;
  let covariance = 0;
  let spread = 0;
  for (const [i, time] of times.entries()) {
    const seconds = (time - meanTime) / 1_000;
    covariance += seconds * ((values[i] ?? 0) - meanValue);
    spread += seconds * seconds;
  }
  return covariance / spread;
}

/**
 * The change over the whole window, extrapolated from the samples inside it to its edges, but no
 * further than half a sample interval past them where the series seems to begin or end there, and
 * never below zero for counters.
 *
 * Source: the documented behaviour of rate() and increase() of Prometheus 2.
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
