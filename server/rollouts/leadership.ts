import type { Instant } from "@/lib/base/units";

/** The right to drive, while it lasts. */
export interface Leadership {
  /** Grows with each change of holder. */
  readonly epoch: number;
  /** Aborts when the right is lost. */
  readonly signal: AbortSignal;
  /** Whether a write may still be sent: the Lease was renewed within the last 10 s. */
  mayWrite(): boolean;
  /**
   * Gives the right up because a rollout knows of a later epoch. Whoever takes the Lease next gets
   * one that is later still, this replica too: so a Lease that was deleted or restored, and counts
   * from the beginning, leaves no rollout without a driver.
   */
  resign(laterEpoch: number): void;
}

/** Who drives, as this replica knows it. */
export interface LeaseState {
  readonly holder: string | undefined;
  readonly leading: boolean;
  /** When the holder last renewed, as far as this replica saw. */
  readonly renewedAt: Instant | undefined;
  /** Why the Lease cannot be had; undefined when all is well. */
  readonly problem: string | undefined;
}

/** A running election. */
export interface Election {
  state(): LeaseState;
  /** Stops, and gives the Lease back so that another replica need not wait for it to run out. */
  close(): Promise<void>;
}
