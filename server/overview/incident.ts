import type { Instant } from "@/lib/base/units";
import type { ObjectRef } from "@/lib/istio/kinds";

/** Where an operator goes to see or to act. */
export type Target =
  | { readonly page: "topology"; readonly id: string }
  | { readonly page: "config"; readonly ref: ObjectRef }
  | {
      readonly page: "proxies";
      readonly proxy?: { readonly namespace: string; readonly name: string };
    }
  | {
      readonly page: "rollouts";
      readonly rollout: { readonly namespace: string; readonly name: string };
    };

/** A way on: a verb with its object, and where it leads. */
export interface Action {
  readonly label: string;
  readonly target: Target;
}

/** Something that wants somebody. */
export interface Incident {
  /** Stays the same while the trouble does. */
  readonly id: string;
  /** `fail`: users or a write are affected, act now. `warn`: look at it today. */
  readonly status: "fail" | "warn";
  /** The symptom with its number, as a sentence without a stop. */
  readonly title: string;
  /** Where the title leads. */
  readonly target: Target | undefined;
  /** Sentences on the cause, as far as it is known; empty otherwise. */
  readonly cause: string;
  /** When it began; undefined when that is not known. */
  readonly since: Instant | undefined;
  /** It began before the window that was looked at, at `since` or earlier. */
  readonly sinceOrEarlier: boolean;
  /** The one action first. */
  readonly actions: readonly Action[];
  /** What the title's number rests on; undefined where a table elsewhere shows it better. */
  readonly evidence: Evidence | undefined;
  /** Orders incidents of one status, the larger first: failed requests/s, or things affected. */
  readonly weight: number;
}

/** A line that ends now. */
interface Evidence {
  readonly label: string;
  /** The newest value in words. */
  readonly value: string;
  /** Over the last half hour; `null` where there is no data. Empty where there is no line to show. */
  readonly points: readonly (number | null)[];
}

/** Worst first; the order of equals does not depend on who was read first. */
export const compareIncidents = (a: Incident, b: Incident): number =>
  Number(b.status === "fail") - Number(a.status === "fail") ||
  b.weight - a.weight ||
  (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
