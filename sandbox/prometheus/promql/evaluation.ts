import type { Series } from "../series";
import type { Steps } from "../slices";
import type { SelectedSeries, TimeSeriesStore } from "../time-series-store";
import type { Grouping } from "./groupings";
import { PromqlError } from "./promql-error";
import type { SelectorExpr } from "./syntax";

/** Prometheus' default of `--query.max-samples`. */
const MAX_SAMPLES = 50_000_000;
/** A query names few ranges; the same ones come back at each step of a range query. */
const MAX_REMEMBERED = 8;

/** What the steps of one query share. Times are ms since the epoch. */
export class Evaluation {
  private readonly selected = new Map<SelectorExpr, readonly Series[]>();
  private readonly whole = new Map<SelectorExpr, SelectedSeries>();
  private readonly remembered = new Map<string, unknown>();
  private samples = 0;

  /**
   * @param start and `end`: edges of the whole query, which `@ start()` and `@ end()` mean
   * @param expired whether the time for the query is over
   */
  constructor(
    private readonly store: TimeSeriesStore,
    readonly start: number,
    readonly end: number,
    private readonly expired: () => boolean = () => false,
  ) {}

  /** The grouping of series by some labels. */
  grouping(names: readonly string[]): Grouping {
    return this.store.groupings.of(names);
  }

  /** The series of a selector: looked up once for all steps. */
  *select(expr: SelectorExpr): Steps<readonly Series[]> {
    let found = this.selected.get(expr);
    if (!found) {
      found = yield* this.store.select(expr.matchers);
      this.selected.set(expr, found);
    }
    return found;
  }

  /** As `select`, with histograms whole: for a selector that asks nothing of `le`. */
  *selectWhole(expr: SelectorExpr): Steps<SelectedSeries> {
    let found = this.whole.get(expr);
    if (!found) {
      found = yield* this.store.selectWhole(expr.matchers);
      this.whole.set(expr, found);
    }
    return found;
  }

  /** What `compute` gives, worked out once for each key: equal keys must mean equal values. */
  *remember<T>(key: string, compute: () => Steps<T>): Steps<T> {
    if (!this.remembered.has(key)) {
      // The steps of a range follow each other: of the one before nothing is asked again.
      if (this.remembered.size >= MAX_REMEMBERED) this.remembered.clear();
      this.remembered.set(key, yield* compute());
    }
    return this.remembered.get(key) as T;
  }

  /** Counts samples that were read. @throws PromqlError when they are too many, or time is over */
  spend(samples: number): void {
    this.samples += samples;
    if (this.samples > MAX_SAMPLES) {
      throw new PromqlError(
        "execution",
        "query processing would load too many samples into memory in query execution",
      );
    }
    if (this.expired()) {
      throw new PromqlError("timeout", "query timed out in expression evaluation");
    }
  }
}
