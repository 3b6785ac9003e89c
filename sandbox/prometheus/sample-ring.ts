const FIRST_CAPACITY = 64;

/**
 * The samples of one series in order of time, in flat arrays. Old ones fall out at the front, so
 * that memory stays bounded by the retention.
 */
export class SampleRing {
  private times = new Float64Array(FIRST_CAPACITY);
  private values = new Float64Array(FIRST_CAPACITY);
  // A NaN can be a measured value, so the marker of an end needs a place of its own.
  private ends = new Uint8Array(FIRST_CAPACITY);
  private start = 0;
  private count = 0;

  get length(): number {
    return this.count;
  }

  /** Time of sample `index` in ms since the epoch; 0 is the oldest that is kept. */
  timeAt(index: number): number {
    return this.times[(this.start + index) % this.times.length] ?? Number.NaN;
  }

  /** The value of sample `index`; meaningless where `endsAt` is true. */
  valueAt(index: number): number {
    return this.values[(this.start + index) % this.values.length] ?? Number.NaN;
  }

  /** Whether the series ended there: nothing was exposed any more. */
  endsAt(index: number): boolean {
    return this.ends[(this.start + index) % this.ends.length] === 1;
  }

  /** Adds a sample (`null`: the end) and forgets those before `oldest`. Late samples are refused. */
  append(time: number, value: number | null, oldest: number): void {
    if (this.count > 0 && time <= this.timeAt(this.count - 1)) return;
    while (this.count > 0 && this.timeAt(0) < oldest) {
      this.start = (this.start + 1) % this.times.length;
      this.count -= 1;
    }
    if (this.count === this.times.length) this.grow();
    const end = (this.start + this.count) % this.times.length;
    this.times[end] = time;
    this.values[end] = value ?? 0;
    this.ends[end] = value === null ? 1 : 0;
    this.count += 1;
  }

  /** Index of the first sample at or after `time`; `length` when there is none. */
  lowerBound(time: number): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.timeAt(middle) < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private grow(): void {
    const capacity = this.times.length * 2;
    const times = new Float64Array(capacity);
    const values = new Float64Array(capacity);
    const ends = new Uint8Array(capacity);
    for (let i = 0; i < this.count; i += 1) {
      times[i] = this.timeAt(i);
      values[i] = this.valueAt(i);
      ends[i] = this.endsAt(i) ? 1 : 0;
    }
    this.times = times;
    this.values = values;
    this.ends = ends;
    this.start = 0;
  }
}
