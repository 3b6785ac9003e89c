import { type Millis, seconds } from "@/lib/base/units";

const CHOICES = [5, 10, 30, 60, 300, 900, 3600] as const;

/** `rate` needs two samples in its window; with four it also survives a scrape that fails. */
const SCRAPES_IN_WINDOW = 4;

/** A scrape interval, in ms, at which the graph follows what happens while one watches. */
const FAST_SCRAPE = 2_000;

/** Windows that can be asked for, in seconds, and the one that is meant when none is named. */
export interface GraphWindows {
  readonly all: readonly number[];
  readonly standard: number;
}

/**
 * The windows that make sense with a scrape interval; `null` is not known, and taken as the 15 s
 * that are usual.
 */
export function graphWindows(scrapeInterval: Millis | null): GraphWindows {
  const interval = scrapeInterval ?? seconds(15);
  const shortest = (SCRAPES_IN_WINDOW * interval) / 1000;
  const all = CHOICES.filter((choice) => choice >= shortest);
  // Where one watches, a change of weights must show soon: the shortest window that holds.
  const standard = interval <= FAST_SCRAPE ? all[0] : all.find((choice) => choice >= 60);
  return { all: all.length > 0 ? all : [3600], standard: standard ?? 3600 };
}

/** How long the graph rests between two refreshes. */
export const refreshInterval = (scrapeInterval: Millis | null): Millis =>
  scrapeInterval !== null && scrapeInterval <= FAST_SCRAPE ? seconds(1) : seconds(5);
