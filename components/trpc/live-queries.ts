import type { Query, QueryClient } from "@tanstack/react-query";
import type { LiveTopic } from "./live-topic";

/** At most four renewals a second; the first after a rest is at once. */
const SHORTEST_INTERVAL_MS = 250;

/** What waits for the next renewal; `all` after a reset. */
type Wanted = Set<LiveTopic> | "all";

/**
 * Asks queries again when their topics change: in batches, never two of the same at a time,
 * and never so that a change which came during an answer is missed.
 */
export class LiveQueries {
  #wanted: Wanted = new Set();
  /** Queries that were under way when their topic changed: their answer may be older. */
  readonly #again = new Set<Query>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #resting = false;
  #paused = false;

  constructor(private readonly client: QueryClient) {}

  /** `topics` changed; undefined when anything may have. */
  changed(topics: readonly LiveTopic[] | undefined): void {
    if (topics === undefined) this.#wanted = "all";
    else if (this.#wanted !== "all") for (const topic of topics) this.#wanted.add(topic);
    if (!this.#resting) this.#renew();
  }

  /** Holds back renewals, or makes up for those held back. */
  pause(paused: boolean): void {
    this.#paused = paused;
    if (!paused && !this.#resting) this.#renew();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#resting = false;
  }

  #renew(): void {
    this.#resting = false;
    if (this.#paused) return;
    const due = this.#due();
    if (due.length === 0 && this.#again.size === 0) return;
    for (const query of due) {
      if (query.state.fetchStatus === "fetching") {
        this.#again.add(query);
        continue;
      }
      this.#again.delete(query);
      // Where it fails, the query itself says so to whoever shows it.
      void this.client.invalidateQueries({ queryKey: query.queryKey, exact: true });
    }
    this.#resting = true;
    this.#timer = setTimeout(() => this.#renew(), SHORTEST_INTERVAL_MS);
  }

  #due(): Query[] {
    const wanted = this.#wanted;
    this.#wanted = new Set();
    const again = [...this.#again].filter((query) => query.state.fetchStatus !== "fetching");
    if (wanted !== "all" && wanted.size === 0) return again;
    const listening = this.client.getQueryCache().findAll({
      predicate: ({ meta }) =>
        wanted === "all" ? meta?.live !== undefined : (meta?.live ?? []).some((t) => wanted.has(t)),
    });
    return [...new Set([...again, ...listening])];
  }
}
