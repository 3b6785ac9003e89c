import type { CounterChange } from "./counter-change";
import type { ScrapeAxis } from "./scrape-axis";

/** Label names to values; `__name__` is the metric. */
export type LabelSet = Readonly<Record<string, string>>;

/** One target of the scraper, as its series see it: its latest scrape is theirs. */
export interface SeriesOwner {
  /** The times of its scrapes. */
  readonly axis: ScrapeAxis;
  readonly labels: LabelSet;
  /** Number of the latest scrape; series that it did not end go on up to there. */
  lastScrape: number;
}

/** The samples of a series inside a range: times in ms since the epoch, in order. */
export interface SampleWindow {
  readonly times: number[];
  readonly values: number[];
}

/** Whose labels can be asked for one by one. */
export interface LabelSource {
  /** The labels that its target exposes. */
  readonly own: LabelSet;
  readonly owner: SeriesOwner;
  /** The value of one label; empty where it is absent, as Prometheus sees it. */
  label(name: string): string;
}

/** One line of numbers over time, as queries read it. */
export interface Series extends LabelSource {
  readonly name: string;
  /** All labels with `__name__`: always the same object. */
  readonly labels: LabelSet;
  /** What has the same labels, the name and `le` apart: of a histogram's line the histogram. */
  readonly source: LabelSource;
  /** The sample that counts at `time`: the latest one up to `lookbackMs` before; none after an end. */
  latest(time: number, lookbackMs: number): { time: number; value: number } | undefined;
  /** The samples from `start` to `end`, both included. */
  window(start: number, end: number): SampleWindow;
  /** Reads into `into` how it changed from `start` to `end`, as a counter. */
  changeIn(start: number, end: number, into: CounterChange): void;
  /** Whether there is a sample from `start` to `end`. */
  hasSample(start: number, end: number): boolean;
}

/** All labels of a series: its target's win. An empty label is none. */
export function mergedLabels(name: string, own: LabelSet, owner: SeriesOwner): LabelSet {
  const labels = { ...own, ...owner.labels, __name__: name };
  return Object.values(labels).includes("")
    ? Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== ""))
    : labels;
}
