import { z } from "zod";
import { AppError } from "@/lib/base/errors";
import { instant, seconds } from "@/lib/base/units";
import { query } from "@/sandbox/prometheus/api-query";
import { PromqlError } from "@/sandbox/prometheus/promql/promql-error";
import { atOnce } from "@/sandbox/prometheus/slices";
import { Scraper } from "@/sandbox/prometheus/scraper";
import { TimeSeriesStore } from "@/sandbox/prometheus/time-series-store";
import type { MetricSource, PrometheusFault } from "@/sandbox/contracts";
import type { Metrics, Sample } from "@/server/ports";

const SCRAPE_MS = 1000;
const RETENTION_MS = 24 * 3_600_000;

const Point = z.tuple([z.number(), z.string()]);
const Vector = z.object({
  resultType: z.literal("vector"),
  result: z.array(z.object({ metric: z.record(z.string(), z.string()), value: Point })),
});
const Scalar = z.object({ resultType: z.literal("scalar"), result: Point });
const Answer = z.discriminatedUnion("resultType", [Vector, Scalar]);

/** Prometheus' text of a number; null for NaN. */
const numberOf = (text: string): number | null =>
  text === "NaN" ? null : Number(text.replace("Inf", "Infinity"));

/** The sandbox's Prometheus, scraped each second and asked without a network. */
export interface SimulatedMetrics extends Metrics {
  /** One scrape at `now`, in ms since the epoch. */
  scrape(now: number): void;
}

/** A Prometheus over one source; `fault` says how it is broken at the moment. */
export function simulatedMetrics(
  source: MetricSource,
  clock: { now(): number },
  fault: () => PrometheusFault | undefined,
): SimulatedMetrics {
  const store = new TimeSeriesStore(RETENTION_MS);
  const nothing = new TimeSeriesStore(RETENTION_MS);
  const scraper = new Scraper(store);
  const startedAt = clock.now();

  function asked(promql: string, at: number): unknown {
    const broken = fault();
    if (broken?.kind === "down") {
      throw new AppError("unavailable", "Prometheus cannot answer: 503 Service Unavailable");
    }
    const api = {
      store: broken?.kind === "empty" ? nothing : store,
      scraper,
      scrapeIntervalMs: SCRAPE_MS,
      startedAt,
      now: () => clock.now(),
      fault,
    };
    const parameters = new URLSearchParams({ query: promql, time: (at / 1000).toFixed(3) });
    try {
      return JSON.parse(atOnce(query(api, parameters)).join(""));
    } catch (error) {
      if (!(error instanceof PromqlError)) throw error;
      throw new AppError("invalid", `Prometheus refused the query: ${error.message}`);
    }
  }

  return {
    url: "http://prometheus.simulation/",
    scrape(now) {
      if (fault()?.kind !== "stale") scraper.scrape(() => [source], now);
    },
    async query(promql, { at = instant(clock.now()), signal } = {}) {
      signal?.throwIfAborted();
      const answer = Answer.safeParse(asked(promql, at));
      if (!answer.success) throw new AppError("invalid", "the query does not give numbers");
      const { data } = answer;
      if (data.resultType === "scalar") return [{ labels: {}, value: numberOf(data.result[1]) }];
      return data.result.map(({ metric, value }): Sample => ({
        labels: metric,
        value: numberOf(value[1]),
      }));
    },
    queryRange: () => Promise.reject(new AppError("unsupported", "a simulation draws no charts")),
    scrapeInterval: () => Promise.resolve(seconds(SCRAPE_MS / 1000)),
  };
}
