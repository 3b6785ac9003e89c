import type { TryOutcome } from "./outlier-detector";

/** One try as its proxy remembers it: when it asked to go, went, and was done with. */
export interface RememberedTry {
  /** Of the endpoint. */
  readonly address: string;
  readonly outcome: TryOutcome;
  readonly asked: number;
  readonly started: number;
  readonly ended: number;
}

/** What one request has to do with what its proxy remembers of a cluster. Times are ms since it began. */
export interface Gate {
  /** The addresses that get no requests now. */
  readonly ejected: ReadonlySet<string>;
  /** How long a try waits for its turn; undefined where it is turned away. */
  enter(elapsed: number): number | undefined;
  ended(tried: RememberedTry): void;
  mayRetry(elapsed: number): boolean;
  /** A retry took from its decision to the end of its try. */
  hasRetried(from: number, to: number): void;
}
