import { type CounterChange, noChange, readChange } from "../counter-change";
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

type ChangeFunction = (change: CounterChange, window: Window) => number | undefined;

/** Functions over ranges, by PromQL's name. */
export const RANGE_FUNCTIONS: Readonly<Record<string, RangeFunction>> = {
  rate: (series, window) => rate(counted(series), window),
  increase: (series, window) => increase(counted(series), window),
  delta: ({ times, values }, window) => {
    const change: CounterChange = {
      count: times.length,
      firstTime: times[0] ?? Number.NaN,
      lastTime: times.at(-1) ?? Number.NaN,
      first: values[0] ?? Number.NaN,
      change: (values.at(-1) ?? Number.NaN) - (values[0] ?? Number.NaN),
    };
    return extrapolated(change, window, { counter: false, perSecond: false });
  },
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

const RATE = { counter: true, perSecond: true };
const INCREASE = { counter: true, perSecond: false };
const rate: ChangeFunction = (change, window) => extrapolated(change, window, RATE);
const increase: ChangeFunction = (change, window) => extrapolated(change, window, INCREASE);

/** Of the functions over ranges those that need no more of a counter than how it changed. */
export const CHANGE_FUNCTIONS: Readonly<Record<string, ChangeFunction>> = { rate, increase };

function counted({ times, values }: RangeSeries): CounterChange {
  const change = noChange();
  readChange(times, values, change);
  return change;
}

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
  { count, firstTime, lastTime, first, change }: CounterChange,
  { end, range }: Window,
  { counter, perSecond }: { counter: boolean; perSecond: boolean },
): number | undefined {
  if (count < 2) return undefined;
  const sampled = (lastTime - firstTime) / 1_000;
  const interval = sampled / (count - 1);
  let toStart = (firstTime - (end - range)) / 1_000;
  const toEnd = (end - lastTime) / 1_000;
  if (counter && change > 0 && first >= 0) {
    toStart = Math.min(toStart, sampled * (first / change));
  }
  const threshold = interval * 1.1;
  const covered =
    sampled +
    (toStart < threshold ? toStart : interval / 2) +
    (toEnd < threshold ? toEnd : interval / 2);
  const total = change * (covered / sampled);
  return perSecond ? total / (range / 1_000) : total;
}
