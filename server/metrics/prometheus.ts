import { z } from "zod";
import { AppError } from "@/lib/base/errors";
import { type Instant, instant, type Millis, millis, seconds } from "@/lib/base/units";
import type { Clock, Metrics, Sample, Series } from "../ports";
import { noPrometheus } from "./discovered-transport";
import { httpTransport, type PrometheusTransport, REACH_HINT } from "./http-transport";

/** Prometheus itself refuses more points a series. */
const MAX_POINTS = 11_000;
const SCRAPE_INTERVAL_LIFETIME = seconds(300);
/** Long enough to hold several scrapes at the usual 15 s to 60 s. */
const SCRAPE_WINDOW_SECONDS = 300;

const Labels = z.record(z.string(), z.string());
const Point = z.tuple([z.number(), z.string()]);
/** A graph of a large mesh is tens of thousands of these: they are looked at without a copy of each. */
const VectorElements = z.custom<readonly VectorElement[]>(
  (value) => Array.isArray(value) && value.every(isVectorElement),
  { error: "expected elements of a vector" },
);
const Vector = z.object({ resultType: z.literal("vector"), result: VectorElements });
const Scalar = z.object({ resultType: z.literal("scalar"), result: Point });
const Matrix = z.object({
  resultType: z.literal("matrix"),
  result: z.array(z.object({ metric: Labels, values: z.array(Point) })),
});
const Refusal = z.object({ status: z.literal("error"), error: z.string() });
const success = <T extends z.ZodType>(data: T) => z.object({ status: z.literal("success"), data });
const InstantAnswer = success(z.discriminatedUnion("resultType", [Vector, Scalar]));
const RangeAnswer = success(Matrix);
const MatrixAnswer = success(Matrix);

interface VectorElement {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

function isVectorElement(value: unknown): value is VectorElement {
  if (typeof value !== "object" || value === null) return false;
  const { metric, value: point } = value as Partial<Record<string, unknown>>;
  if (typeof metric !== "object" || metric === null || Array.isArray(metric)) return false;
  for (const label of Object.values(metric)) if (typeof label !== "string") return false;
  if (!Array.isArray(point) || point.length !== 2) return false;
  const [at, number] = point as unknown[];
  return typeof at === "number" && typeof number === "string";
}

/** A refused query, and a Prometheus that is not there to fail. */
const SAYS_NOTHING: ReadonlySet<AppError["code"]> = new Set(["invalid", "unsupported"]);

/** A way to a Prometheus that may not be found yet. */
type Way = Omit<PrometheusTransport, "url"> & { readonly url: string | undefined };

/** Told after each query, so that the state of the source is known. */
export interface MetricsObserver {
  answered(): void;
  failed(error: AppError): void;
}

/**
 * The Metrics port on Prometheus' HTTP API (also Thanos' and Mimir's).
 *
 * `where` is a URL, which may hold a user and a password, or another way to reach one.
 */
export function prometheusMetrics(
  where: string | Way | undefined,
  { clock, observer }: { clock: Clock; observer: MetricsObserver },
): Metrics {
  const transport = typeof where === "string" ? httpTransport(where) : where;
  let interval: { value: Millis | null; at: Instant } | undefined;

  async function ask<T>(
    path: string,
    form: Readonly<Record<string, string>>,
    {
      schema,
      signal,
      within,
    }: { schema: z.ZodType<T>; signal: AbortSignal | undefined; within?: Millis | undefined },
  ): Promise<T> {
    if (!transport) throw noPrometheus();
    try {
      const answer = await transport.post(path, form, { signal, within });
      const data = parsed(answer, { schema, host: transport.host });
      observer.answered();
      return data;
    } catch (error) {
      // A refused query and an abort of ours say nothing about Prometheus itself.
      if (error instanceof AppError && !SAYS_NOTHING.has(error.code)) observer.failed(error);
      throw error;
    }
  }

  const metrics: Metrics = {
    get url() {
      return transport?.url;
    },
    async query(promql, { at = clock.now(), signal, within } = {}) {
      const form = { query: promql, time: secondsOf(at) };
      const { data } = await ask("api/v1/query", form, { schema: InstantAnswer, signal, within });
      if (data.resultType === "scalar") return [{ labels: {}, value: numberOf(data.result[1]) }];
      return data.result.map(({ metric, value }): Sample => ({
        labels: metric,
        value: numberOf(value[1]),
      }));
    },
    async queryRange(promql, { start, end, step }, { signal } = {}) {
      if (!(step > 0 && end >= start && (end - start) / step <= MAX_POINTS)) {
        throw new AppError("invalid", `A range has 1 to ${MAX_POINTS} steps`, {
          hint: "Choose a shorter range or a longer step.",
        });
      }
      const form = {
        query: promql,
        start: secondsOf(start),
        end: secondsOf(end),
        step: String(step / 1000),
      };
      const { data } = await ask("api/v1/query_range", form, { schema: RangeAnswer, signal });
      return data.result.map(({ metric, values }): Series => ({
        labels: metric,
        points: values.map(([at, text]) => ({ at: instant(at * 1000), value: numberOf(text) })),
      }));
    },
    async scrapeInterval(signal) {
      if (interval && clock.now() - interval.at < SCRAPE_INTERVAL_LIFETIME) return interval.value;
      const form = { query: `up[${SCRAPE_WINDOW_SECONDS}s]`, time: secondsOf(clock.now()) };
      const { data } = await ask("api/v1/query", form, { schema: MatrixAnswer, signal });
      const value = medianInterval(data.result.map(({ values }) => values.map(([at]) => at)));
      if (value !== null) interval = { value, at: clock.now() };
      return value;
    },
  };
  return metrics;
}

/** The median distance of neighbouring scrapes of all targets; `null` without two of one. */
function medianInterval(scrapes: readonly (readonly number[])[]): Millis | null {
  const gaps = scrapes
    .flatMap((times) => times.slice(1).map((time, index) => time - (times[index] ?? time)))
    .filter((gap) => gap > 0)
    .sort((a, b) => a - b);
  const median = gaps[Math.floor(gaps.length / 2)];
  return median === undefined ? null : millis(configuredInterval(median) * 1000);
}

/**
 * Scrapes of a busy Prometheus come some milliseconds early or late, which would lengthen every
 * window that is a multiple of them: the interval in s that was configured is a whole number of
 * seconds, or of tenths.
 */
function configuredInterval(measured: number): number {
  const whole = Math.round(measured);
  const near = whole > 0 && Math.abs(measured - whole) <= 0.05 * whole;
  return near ? whole : Math.max(0.1, Math.round(measured * 10) / 10);
}

const secondsOf = (at: Instant): string => (at / 1000).toFixed(3);

/** NaN is no data; infinities stay, as `histogram_quantile` means them. */
const numberOf = (text: string): number | null => {
  if (text === "NaN") return null;
  return text === "+Inf" ? Infinity : text === "-Inf" ? -Infinity : Number(text);
};

function parsed<T>(
  { status, text }: { status: number; text: string },
  { schema, host }: { schema: z.ZodType<T>; host: string },
): T {
  const json = jsonOf(text);
  const answer = schema.safeParse(json);
  if (status === 200 && answer.success) return answer.data;
  const refusal = Refusal.safeParse(json);
  if (refusal.success && (status === 400 || status === 422)) {
    throw new AppError(
      "invalid",
      `Prometheus refused the query: ${refusal.data.error.slice(0, 300)}`,
    );
  }
  if (refusal.success || status === 503) {
    const reason = refusal.data?.error.slice(0, 300) ?? "it is not ready";
    throw new AppError("unavailable", `Prometheus at ${host} cannot answer: ${reason}`);
  }
  throw new AppError(
    "unavailable",
    `${host} does not answer as Prometheus does (status ${status})`,
    {
      cause: answer.error,
      hint: REACH_HINT,
    },
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: the caller says so, with the status.
    return undefined;
  }
}
