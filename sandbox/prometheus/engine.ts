import type { MetricSource, PrometheusFault } from "../contracts";
import type { Piece } from "./prometheus-api";

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
  /** `api` is Prometheus' own HTTP API, `targets` what the targets expose. */
  readonly site: "api" | "targets";
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
  readonly pieces: readonly Piece[];
}

/** Keeps the samples and answers questions about them: what comes first is done first. */
export interface PrometheusEngine {
  /** One scrape of a slice of `sources()` at `now`; the first slice of a round asks for them. */
  scrape(sources: () => readonly MetricSource[], now: number): void;
  /** Forgets samples before `time`, and what has none left. */
  forgetBefore(time: number): void;
  ask(question: Question): Promise<Answer>;
  stop(): Promise<void>;
}
