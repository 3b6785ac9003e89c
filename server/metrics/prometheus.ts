import { z } from "zod";
import { AppError } from "@/lib/base/errors";
import { type Instant, instant, type Millis, millis, seconds } from "@/lib/base/units";
import type { Clock, Metrics, Sample, Series } from "../ports";

const TIMEOUT_MS = 10_000;
const MAX_BYTES = 10 * 1024 * 1024;
/** Prometheus itself refuses more points a series. */
const MAX_POINTS = 11_000;
const SCRAPE_INTERVAL_LIFETIME = seconds(300);
/** Long enough to hold several scrapes at the usual 15 s to 60 s. */
const SCRAPE_WINDOW_SECONDS = 300;

const Labels = z.record(z.string(), z.string());
const Point = z.tuple([z.number(), z.string()]);
const Vector = z.object({
  resultType: z.literal("vector"),
  result: z.array(z.object({ metric: Labels, value: Point })),
});
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

/** Told after each query, so that the state of the source is known. */
export interface MetricsObserver {
  answered(): void;
  failed(error: AppError): void;
}

/**
 * The Metrics port on Prometheus' HTTP API (also Thanos' and Mimir's).
 *
 * Answers are at most 10 MB, within 10 s; redirects are not followed, because `url` is the only
 * place that the operator allowed us to ask. `url` may hold a user and a password.
 */
export function prometheusMetrics(
  url: string | undefined,
  { clock, observer }: { clock: Clock; observer: MetricsObserver },
): Metrics {
  const base = url === undefined ? undefined : baseOf(url);
  let interval: { value: Millis | null; at: Instant } | undefined;

  async function ask<T>(
    path: string,
    form: Readonly<Record<string, string>>,
    { schema, signal }: { schema: z.ZodType<T>; signal: AbortSignal | undefined },
  ): Promise<T> {
    if (!base) {
      throw new AppError("unsupported", "No Prometheus is configured", {
        hint: "Start Quarterdeck with --prometheus URL to see traffic.",
      });
    }
    try {
      const answer = await post(base, path, { form, signal });
      const data = parsed(answer, { schema, host: base.url.host });
      observer.answered();
      return data;
    } catch (error) {
      // A refused query and an abort of ours say nothing about Prometheus itself.
      if (error instanceof AppError && error.code !== "invalid") observer.failed(error);
      throw error;
    }
  }

  const metrics: Metrics = {
    url: base?.url.href,
    async query(promql, { at = clock.now(), signal } = {}) {
      const form = { query: promql, time: secondsOf(at) };
      const { data } = await ask("api/v1/query", form, { schema: InstantAnswer, signal });
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

interface Base {
  /** Ends with a slash, without credentials. */
  readonly url: URL;
  readonly authorization: string | undefined;
}

function baseOf(text: string): Base {
  const url = new URL(text.endsWith("/") ? text : `${text}/`);
  const { username, password } = url;
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  url.username = "";
  url.password = "";
  url.search = "";
  url.hash = "";
  const known = username !== "" || password !== "";
  return {
    url,
    authorization: known ? `Basic ${Buffer.from(login).toString("base64")}` : undefined,
  };
}

const REACH_HINT = "Check the URL that --prometheus names, and that Prometheus runs.";

async function post(
  { url, authorization }: Base,
  path: string,
  { form, signal }: { form: Readonly<Record<string, string>>; signal: AbortSignal | undefined },
): Promise<{ status: number; text: string }> {
  const deadline = AbortSignal.timeout(TIMEOUT_MS);
  try {
    const response = await fetch(new URL(path, url), {
      method: "POST",
      redirect: "manual",
      cache: "no-store",
      signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
      body: new URLSearchParams(form),
      headers: { accept: "application/json", ...(authorization && { authorization }) },
    });
    return { status: response.status, text: await boundedText(response, url.host) };
  } catch (cause) {
    signal?.throwIfAborted();
    if (cause instanceof AppError) throw cause;
    if (deadline.aborted) {
      throw new AppError(
        "timeout",
        `Prometheus at ${url.host} did not answer within ${TIMEOUT_MS / 1000} s`,
        { cause, hint: "Look at the load of Prometheus, or choose a shorter range." },
      );
    }
    throw new AppError(
      "unavailable",
      `Cannot reach Prometheus at ${url.host}: ${reasonOf(cause)}`,
      {
        cause,
        hint: REACH_HINT,
      },
    );
  }
}

/** fetch says only "fetch failed"; its cause says why. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof AggregateError)
    return reasonOf(new Error(error.message, { cause: cause.errors[0] }));
  if (cause instanceof Error && "code" in cause && cause.code === "ECONNREFUSED") {
    return "nothing listens there";
  }
  return cause instanceof Error && cause.message ? cause.message : error.message;
}

async function boundedText(response: Response, host: string): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > MAX_BYTES) {
      throw new AppError(
        "unavailable",
        `The answer of Prometheus at ${host} is larger than 10 MB`,
        {
          hint: "Narrow the scope to fewer namespaces.",
        },
      );
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

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
