import type { LabelSet } from "./series";

/** What a scrape of one slice of the targets saw, made to be sent to another thread. */
export interface SliceReading {
  readonly slice: number;
  /** ms since the epoch. */
  readonly now: number;
  /** All that were there. */
  readonly targets: readonly TargetReading[];
  /** The numbers of all metrics in the order of the targets: for a histogram its counts, then its sum. */
  readonly values: Float64Array;
}

export interface TargetReading {
  /** What identifies it among all targets. */
  readonly key: string;
  /** What is told of it once, when it comes. */
  readonly described?: TargetDescription;
  /** `same` as at its last scrape, or `down`: it did not answer. */
  readonly state: "read" | "same" | "down";
  /** Its metrics, where they are not those of the scrape before: new ones, and places of older ones. */
  readonly metrics?: readonly (MetricDescription | number)[];
}

export interface TargetDescription {
  readonly job: string;
  readonly instance: string;
  readonly labels: LabelSet | undefined;
}

/** A metric without its numbers: a histogram where it has bounds. */
export interface MetricDescription {
  readonly name: string;
  readonly labels: LabelSet;
  readonly bounds?: readonly string[];
}
