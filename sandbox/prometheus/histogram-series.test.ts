import fc from "fast-check";
import { expect, it } from "vitest";
import { plainPoints } from "../plain-points";
import { type CounterChange, noChange, readChange } from "./counter-change";
import type { HistogramSeries } from "./histogram-series";
import type { SampleWindow, Series } from "./series";
import { atOnce } from "./slices";
import { TimeSeriesStore } from "./time-series-store";

const BOUNDS = ["1", "5", "+Inf"];
const LABELS = { app: "a" };
const STEP = 1000;

/** What is seen at a scrape: nothing, as before, or so much more in each bucket (less after a restart). */
const scrape = fc.oneof(
  fc.constant("gone" as const),
  fc.constant("same" as const),
  fc.record({
    counts: fc.tuple(...BOUNDS.map(() => fc.integer({ min: 0, max: 1000 }))),
    sum: fc.double({ min: 0, max: 1e6, noNaN: true }),
  }),
);

/** What there is to say of no samples. */
const known = (change: CounterChange) => (change.count === 0 ? undefined : { ...change });

function changeIn(series: Series, start: number, end: number) {
  const change = noChange();
  series.changeIn(start, end, change);
  return known(change);
}

function changeOf({ times, values }: SampleWindow) {
  const change = noChange();
  readChange(times, values, change);
  return known(change);
}

function bucketChangesIn(histogram: HistogramSeries, start: number, end: number) {
  const common = noChange();
  const [first, change]: [number[], number[]] = [[], []];
  histogram.bucketChanges(start, end, { common, first, change });
  return BOUNDS.map((_, place) =>
    known({ ...common, first: first[place] ?? 0, change: change[place] ?? 0 }),
  );
}

it("a histogram that is kept whole reads as its lines do that are kept one by one", () => {
  fc.assert(
    fc.property(fc.array(scrape, { minLength: 1 }), fc.nat(40), fc.nat(40), (scrapes, a, b) => {
      const store = new TimeSeriesStore(3_600_000);
      const axis = store.openAxis();
      const owner = { axis, labels: { pod: "p" }, lastScrape: -1 };
      const whole = store.addHistogram(owner, "whole", LABELS, BOUNDS);
      const point = { name: "single", labels: LABELS, bounds: BOUNDS, counts: [0, 0, 0], sum: 0 };
      const lines = [...plainPoints([point])].map(({ name, labels }) =>
        store.add(owner, name, labels),
      );
      let seen = point;
      for (const [index, now] of scrapes.entries()) {
        const number = axis.add(index * STEP) ?? -1;
        owner.lastScrape = number;
        if (now === "gone") {
          for (const series of [whole, ...lines]) series.end(number);
          continue;
        }
        if (now !== "same") seen = { ...point, ...now };
        whole.set(number, seen);
        const values = [...plainPoints([seen])].map(({ value }) => value);
        for (const [place, line] of lines.entries()) line.set(number, values[place] ?? 0);
      }
      const [start, end] = [Math.min(a, b) * STEP, Math.max(a, b) * STEP];
      const all = atOnce(store.select([]));
      const both = (part: "single" | "whole") => all.filter(({ name }) => name.startsWith(part));
      const read = () =>
        (["single", "whole"] as const).map((part) =>
          both(part).map((series) => ({
            own: series.own,
            pod: series.label("pod"),
            window: series.window(start, end),
            latest: series.latest(end, STEP),
            has: series.hasSample(start, end),
            change: changeIn(series, start, end),
          })),
        );
      const [singles, wholes] = read();
      expect(wholes).toEqual(singles);
      for (const series of all) {
        expect(changeIn(series, start, end)).toEqual(changeOf(series.window(start, end)));
      }
      expect(bucketChangesIn(whole, start, end)).toEqual(
        BOUNDS.map((_, place) => changeIn(whole.line(place), start, end)),
      );
      store.forgetBefore(start);
      atOnce(store.prune());
      const [kept, keptWhole] = read();
      expect(keptWhole).toEqual(kept);
    }),
  );
});
