import type { CounterChange } from "./counter-change";
import { type LabelSet, mergedLabels, type SampleWindow, type Series } from "./series";
import { StoredSeries } from "./stored-series";

/** A single number over time: a counter or a gauge. */
export class NumberSeries extends StoredSeries implements Series {
  /** One for each run. */
  private readonly values: number[] = [];
  private merged: LabelSet | undefined;

  get labels(): LabelSet {
    this.merged ??= mergedLabels(this.name, this.own, this.owner);
    return this.merged;
  }

  get source(): this {
    return this;
  }

  label(name: string): string {
    if (name === "__name__") return this.name;
    return this.own[name] ?? this.owner.labels[name] ?? "";
  }

  /** The value from scrape number `scrape` on. */
  set(scrape: number, value: number): void {
    if (this.isLive && Object.is(this.values.at(-1), value)) return;
    this.starts.push(scrape * 2);
    this.values.push(value);
  }

  latest(time: number, lookbackMs: number): { time: number; value: number } | undefined {
    const found = this.latestRun(time, lookbackMs);
    return found && { time: found.time, value: this.values[found.run] ?? Number.NaN };
  }

  window(start: number, end: number): SampleWindow {
    const { times, runs } = this.windowRuns(start, end);
    return { times, values: runs.map((run) => this.values[run] ?? Number.NaN) };
  }

  changeIn(start: number, end: number, into: CounterChange): void {
    this.changeByRun(start, end, (run) => this.values[run] ?? Number.NaN, into);
  }

  protected ended(): void {
    this.values.push(0);
  }

  protected dropRuns(count: number): void {
    this.values.splice(0, count);
  }
}
