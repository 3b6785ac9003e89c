import type { MetricSource, PrometheusFault } from "../contracts";

/** What a Prometheus needs to know of itself. Times in ms. */
export interface EngineSettings {
  /** How many parts the targets are scraped in. */
  readonly slices: number;
  readonly retentionMs: number;
  readonly scrapeIntervalMs: number;
  /** Since the epoch. */
  readonly startedAt: number;
}

/** A request that a Prometheus answers from its samples. */
export interface Question {
  readonly site: Site;
  readonly method: string;
  /** As the URL has it. */
  readonly path: string;
  /** Of the URL, and of a posted form: as they were sent. */
  readonly query: string;
  readonly form: string;
  /** The HOST:PORT that was asked. */
  readonly host: string;
  /** Virtual time, ms since the epoch. */
  readonly now: number;
  readonly fault: PrometheusFault | undefined;
}

export interface Answer {
  readonly status: number;
  readonly contentType: string;
  /** The body: none of the pieces takes long to send. */
  readonly pieces: readonly string[];
}

/** How a Prometheus is when it is asked. */
export interface EngineState {
  /** Virtual time, ms since the epoch. */
  readonly now: number;
  /** How it is broken on purpose; undefined while it is not. */
  readonly fault: PrometheusFault | undefined;
}

/** Keeps the samples, and serves what there is to ask about them: what comes first is done first. */
export interface PrometheusEngine {
  /** One scrape of a slice of `sources()` at `now`; the first slice of a round asks for them. */
  scrape(sources: () => readonly MetricSource[], now: number): void;
  /** Forgets samples before `time`, and what has none left. */
  forgetBefore(time: number): void;
  /**
   * Serves a site on 127.0.0.1 until the engine stops.
   * @param state is asked at each request
   * @param port 0 lets the system choose
   */
  serve(site: Site, state: () => EngineState, port: number): Promise<ServedSite>;
  stop(): Promise<void>;
}

/** `api` is Prometheus' own HTTP API, `targets` what the targets expose. */
export type Site = "api" | "targets";

export interface ServedSite {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** Cuts off whoever is connected. */
  disconnect(): void;
}
