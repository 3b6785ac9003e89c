import type { XdsType } from "./xds-type";

const BUCKETS_S = [0.1, 0.5, 1, 3, 5, 10, 20, 30] as const;

/** Counts since the start of istiod, as its own metrics name them. */
export class PushMetrics {
  /** `pilot_xds_pushes` by type. */
  readonly pushes = new Map<XdsType, number>();
  /** `pilot_total_xds_rejects` by type. */
  readonly rejects = new Map<XdsType, number>();
  private readonly convergence = new Map<number, number>();
  private convergenceSum = 0;
  private convergenceCount = 0;

  pushed(type: XdsType): void {
    this.pushes.set(type, (this.pushes.get(type) ?? 0) + 1);
  }

  refused(type: XdsType): void {
    this.rejects.set(type, (this.rejects.get(type) ?? 0) + 1);
  }

  converged(ms: number): void {
    const length = ms / 1000;
    this.convergenceSum += length;
    this.convergenceCount += 1;
    for (const bound of BUCKETS_S) {
      if (length <= bound) this.convergence.set(bound, (this.convergence.get(bound) ?? 0) + 1);
    }
  }

  /** `pilot_proxy_convergence_time`, in seconds; buckets hold all that is below them. */
  histogram(): {
    readonly buckets: readonly { readonly le: string; readonly count: number }[];
    readonly sum: number;
    readonly count: number;
  } {
    return {
      buckets: [
        ...BUCKETS_S.map((bound) => ({
          le: String(bound),
          count: this.convergence.get(bound) ?? 0,
        })),
        { le: "+Inf", count: this.convergenceCount },
      ],
      sum: this.convergenceSum,
      count: this.convergenceCount,
    };
  }
}
