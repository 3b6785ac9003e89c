import { seededHex } from "./seeded-delay";
import type { XdsType } from "./xds-type";

/** A histogram as Prometheus reads it: buckets hold all that is below them. */
export interface HistogramReading {
  readonly buckets: readonly { readonly le: string; readonly count: number }[];
  readonly sum: number;
  readonly count: number;
}

/** Observations of a length of time in seconds, in buckets of given bounds. */
class SecondsHistogram {
  private readonly counts: number[];
  private sum = 0;
  private count = 0;

  constructor(private readonly bounds: readonly number[]) {
    this.counts = bounds.map(() => 0);
  }

  observe(ms: number): void {
    const length = ms / 1000;
    this.sum += length;
    this.count += 1;
    for (const [index, bound] of this.bounds.entries()) {
      if (length <= bound) this.counts[index] = (this.counts[index] ?? 0) + 1;
    }
  }

  read(): HistogramReading {
    const { sum, count } = this;
    const buckets = this.bounds.map((bound, index) => ({
      le: String(bound),
      count: this.counts[index] ?? 0,
    }));
    return { buckets: [...buckets, { le: "+Inf", count }], sum, count };
  }
}

const CONVERGENCE_S = [0.1, 0.5, 1, 3, 5, 10, 20, 30] as const;
const PUSH_TIME_S = [0.01, 0.1, 1, 3, 5, 10, 20, 30] as const;

/** Counts since the start of one istiod, as its own metrics name them. */
export class PushMetrics {
  /** `pilot_xds_pushes` by type. */
  readonly pushes = new Map<XdsType, number>();
  /** `pilot_total_xds_rejects` by type. */
  readonly rejects = new Map<XdsType, number>();
  /** `pilot_push_triggers` by type. */
  readonly triggers = new Map<string, number>();
  /** How many proxies have ever connected. */
  connected = 0;
  private readonly convergence = new SecondsHistogram(CONVERGENCE_S);
  private readonly queueTimes = new SecondsHistogram(CONVERGENCE_S);
  private readonly pushTimes = new Map<XdsType, SecondsHistogram>();

  pushed(type: XdsType): void {
    const count = (this.pushes.get(type) ?? 0) + 1;
    this.pushes.set(type, count);
    let times = this.pushTimes.get(type);
    if (!times) {
      times = new SecondsHistogram(PUSH_TIME_S);
      this.pushTimes.set(type, times);
    }
    // Generating takes no virtual time: the length is made up, one to nine ms.
    times.observe(1 + (Number.parseInt(seededHex(`${type}/${count}`, 2), 16) % 80) / 10);
  }

  /** A proxy had its turn after it stood in the queue for `ms`. */
  dequeued(ms: number): void {
    this.queueTimes.observe(ms);
  }

  refused(type: XdsType): void {
    this.rejects.set(type, (this.rejects.get(type) ?? 0) + 1);
  }

  converged(ms: number): void {
    this.convergence.observe(ms);
  }

  triggered(type: string): void {
    this.triggers.set(type, (this.triggers.get(type) ?? 0) + 1);
  }

  /** `pilot_proxy_convergence_time`, in seconds. */
  histogram(): HistogramReading {
    return this.convergence.read();
  }

  /** `pilot_proxy_queue_time`, in seconds. */
  queueTime(): HistogramReading {
    return this.queueTimes.read();
  }

  /** `pilot_xds_push_time` by type, in seconds. */
  pushTime(): ReadonlyMap<XdsType, HistogramReading> {
    return new Map([...this.pushTimes].map(([type, times]) => [type, times.read()]));
  }
}
