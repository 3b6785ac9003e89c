/** How a counter changed in a range: all that its rate follows from. One object serves many reads. */
export interface CounterChange {
  /** Samples in the range; of none the other fields say nothing. */
  count: number;
  /** ms since the epoch. */
  firstTime: number;
  lastTime: number;
  first: number;
  /** From the first sample to the last, and for each reset what was counted before it. */
  change: number;
}

/** One to be read into. */
export const noChange = (): CounterChange => ({
  count: 0,
  firstTime: 0,
  lastTime: 0,
  first: 0,
  change: 0,
});

/** Reads the change from the samples of a counter: times in ms since the epoch, in order. */
export function readChange(
  times: ArrayLike<number>,
  values: ArrayLike<number>,
  into: CounterChange,
): void {
  const { length } = times;
  into.count = length;
  if (length === 0) return;
  into.firstTime = times[0] ?? Number.NaN;
  into.lastTime = times[length - 1] ?? Number.NaN;
  into.first = values[0] ?? Number.NaN;
  into.change = (values[length - 1] ?? Number.NaN) - into.first;
  for (let i = 1; i < length; i += 1) {
    const before = values[i - 1] ?? 0;
    if ((values[i] ?? 0) < before) into.change += before;
  }
}
