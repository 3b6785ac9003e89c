import type { Query, QueryClient } from "@tanstack/react-query";
import type { LiveTopic } from "./live-topic";

/**
 * One query is asked again four times a second at most, unless it sets a rest of its own; the first
 * time after a rest is at once.
 */
const REST_MS = 250;

/**
 * Asks queries again when their topics change: never two of the same at a time, and never so that
 * a change which came during an answer is missed.
 */
export class LiveQueries {
  /** Queries that were asked a moment ago, with the timers that end their rest. */
  readonly #resting = new Map<Query, ReturnType<typeof setTimeout>>();
  /** Queries whose answers to what was asked here are under way. */
  readonly #asked = new Set<Query>();
  /** Queries that changed again since they were asked last. */
  readonly #changed = new Set<Query>();
  #paused = false;

  constructor(private readonly client: QueryClient) {}

  /** `topics` changed; undefined when anything may have. */
  changed(topics: readonly LiveTopic[] | undefined): void {
    const wanted = new Set(topics);
    const queries = this.client.getQueryCache().findAll({
      predicate: ({ meta }) =>
        meta?.live?.some((topic) => topics === undefined || wanted.has(topic)) ?? false,
    });
    for (const query of queries) {
      this.#changed.add(query);
      this.#renew(query);
    }
  }

  /** Holds renewals back, or makes up for those held back. */
  pause(paused: boolean): void {
    this.#paused = paused;
    if (!paused) for (const query of [...this.#changed]) this.#renew(query);
  }

  close(): void {
    for (const timer of this.#resting.values()) clearTimeout(timer);
    this.#resting.clear();
    this.#changed.clear();
  }

  #renew(query: Query): void {
    if (this.#paused || this.#resting.has(query) || !this.#changed.has(query)) return;
    // An answer that is under way may be older than the change: its end is waited for.
    if (this.#asked.has(query)) return;
    if (query.state.fetchStatus !== "fetching") {
      this.#changed.delete(query);
      this.#asked.add(query);
      // Where it fails, the query itself says so to whoever shows it.
      void this.client.invalidateQueries({ queryKey: query.queryKey, exact: true }).finally(() => {
        this.#asked.delete(query);
        this.#renew(query);
      });
    }
    const rested = () => {
      this.#resting.delete(query);
      this.#renew(query);
    };
    this.#resting.set(query, setTimeout(rested, query.meta?.restMs ?? REST_MS));
  }
}
