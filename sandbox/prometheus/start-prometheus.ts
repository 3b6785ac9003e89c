import type { MetricSource, PrometheusFault, SimulationClock } from "../contracts";
import type { EngineSettings, PrometheusEngine } from "./engine";
import { LocalEngine } from "./local-engine";

const RETENTION_MS = 30 * 60_000;
const CLEAN_UP_MS = 60_000;
/** From this interval on the scrapes are spread over it: so long ones are there for many targets. */
const SPREAD_FROM_MS = 10_000;
/** One slice of the targets each so many ms. */
const SLICE_MS = 100;

/** The embedded Prometheus while it runs. */
export interface RunningPrometheus {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** Service discovery and metrics of every target, for a Prometheus outside: stays up in a fault. */
  readonly targetsUrl: string;
  /** How often `scrape` is due, in ms: the interval, or a part of it where each scrape reads a slice. */
  readonly scrapeEveryMs: number;
  /** One scrape at `now`; the warm-up of a scenario drives it through past virtual time. */
  scrape(now: number): void;
  /** Breaks it on purpose, until called with undefined. */
  breakDown(fault: PrometheusFault | undefined): void;
  stop(): Promise<void>;
}

/**
 * A Prometheus for the sandbox: scrapes `sources()` every `scrapeIntervalMs` of virtual time into
 * memory, keeps them for `retentionMs` (half an hour), and answers Prometheus' HTTP API on 127.0.0.1.
 *
 * @param port 0 lets the system choose.
 * @param makeEngine what keeps the samples; without it they are kept in this thread
 */
export async function startPrometheus(options: {
  readonly clock: SimulationClock;
  readonly sources: () => readonly MetricSource[];
  readonly scrapeIntervalMs: number;
  readonly retentionMs?: number;
  readonly port: number;
  readonly makeEngine?: ((settings: EngineSettings) => PrometheusEngine) | undefined;
}): Promise<RunningPrometheus> {
  const { clock, sources, scrapeIntervalMs, retentionMs = RETENTION_MS } = options;
  const { makeEngine = (settings) => new LocalEngine(settings) } = options;
  const slices = scrapeIntervalMs < SPREAD_FROM_MS ? 1 : Math.floor(scrapeIntervalMs / SLICE_MS);
  const scrapeEveryMs = scrapeIntervalMs / slices;
  const engine = makeEngine({ slices, retentionMs, scrapeIntervalMs, startedAt: clock.now() });
  let fault: PrometheusFault | undefined;
  const scrape = (now: number) => {
    if (fault?.kind !== "stale") engine.scrape(sources, now);
  };
  const now = () => clock.now();
  const api = await engine.serve("api", () => ({ now: now(), fault }), options.port);
  const targets = await engine.serve("targets", () => ({ now: now(), fault: undefined }), 0);
  const stops = [
    clock.every(scrapeEveryMs, scrape),
    clock.every(CLEAN_UP_MS, (time) => engine.forgetBefore(time - retentionMs)),
  ];
  return {
    url: api.url,
    targetsUrl: `${targets.url}/targets`,
    scrapeEveryMs,
    scrape,
    breakDown: (next) => {
      fault = next;
      if (fault?.kind === "down") api.disconnect();
    },
    stop: async () => {
      for (const stop of stops) stop();
      await engine.stop();
    },
  };
}
