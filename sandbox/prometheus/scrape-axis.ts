/**
 * The times of scrapes in order, ms since the epoch. One axis serves all series of the targets that
 * are scraped at once; a scrape keeps its number for ever, whatever is forgotten before it.
 */
export class ScrapeAxis {
  private times: number[] = [];
  private dropped = 0;

  /** Number after that of the last scrape. */
  get end(): number {
    return this.dropped + this.times.length;
  }

  /** Number of the oldest scrape that is kept. */
  get start(): number {
    return this.dropped;
  }

  timeOf(scrape: number): number {
    return this.times[scrape - this.dropped] ?? Number.NaN;
  }

  /** The number of a scrape at `time`; undefined for a time that is not after all others. */
  add(time: number): number | undefined {
    const last = this.times.at(-1);
    if (last !== undefined && time <= last) return undefined;
    this.times.push(time);
    return this.end - 1;
  }

  /** Number of the first scrape at or after `time`; `end` when there is none. */
  lowerBound(time: number): number {
    let low = 0;
    let high = this.times.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.times[middle] ?? Number.NaN) < time) low = middle + 1;
      else high = middle;
    }
    return this.dropped + low;
  }

  /** Forgets scrapes before `time`. */
  dropBefore(time: number): void {
    const count = this.lowerBound(time) - this.dropped;
    if (count <= 0) return;
    this.times.splice(0, count);
    this.dropped += count;
  }
}
