import { parseDuration } from "./promql/literals";
import { PromqlError } from "./promql/promql-error";

/** Seconds since the epoch with fractions and exponents, as Go reads a float. */
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** A time parameter (seconds since the epoch, or RFC 3339) in ms. @throws PromqlError */
export function timeParameter(
  parameters: URLSearchParams,
  name: string,
  fallback?: number,
): number {
  const text = parameters.get(name) ?? "";
  if (text === "" && fallback !== undefined) return fallback;
  const time = NUMBER.test(text) ? Number(text) * 1_000 : rfc3339(text);
  if (!Number.isFinite(time)) {
    throw invalidParameter(name, `cannot parse ${JSON.stringify(text)} to a valid timestamp`);
  }
  return Math.round(time);
}

const rfc3339 = (text: string): number =>
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text)
    ? Date.parse(text)
    : Number.NaN;

/** A length parameter (seconds, or a duration such as `15s`) in ms. @throws PromqlError */
export function durationParameter(parameters: URLSearchParams, name: string): number {
  const text = parameters.get(name) ?? "";
  if (NUMBER.test(text)) return Number(text) * 1_000;
  if (/^(\d+(ms|[smhdwy]))+$/.test(text)) return parseDuration(text);
  throw invalidParameter(name, `cannot parse ${JSON.stringify(text)} to a valid duration`);
}

/** The text of a parameter; empty where it is absent, as Prometheus reads a form. */
export const textParameter = (parameters: URLSearchParams, name: string): string =>
  parameters.get(name) ?? "";

/** What Prometheus answers to a parameter that it cannot use. */
export const invalidParameter = (name: string, problem: string): PromqlError =>
  new PromqlError("bad_data", `invalid parameter ${JSON.stringify(name)}: ${problem}`);
