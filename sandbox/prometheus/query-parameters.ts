import { parseDuration } from "./promql/literals";
import { PromqlError } from "./promql/promql-error";

/** A time parameter (seconds since the epoch, or RFC 3339) in ms. @throws PromqlError */
export function timeParameter(
  parameters: URLSearchParams,
  name: string,
  fallback?: number,
): number {
  const text = parameters.get(name);
  if (text === null || text === "") {
    if (fallback !== undefined) return fallback;
    throw invalid(name, "is missing");
  }
  const time = /^-?[0-9.]+(e[+-]?\d+)?$/i.test(text) ? Number(text) * 1_000 : Date.parse(text);
  if (!Number.isFinite(time)) throw invalid(name, `cannot parse "${text}" to a valid timestamp`);
  return Math.round(time);
}

/** A length parameter (seconds, or a duration such as `15s`) in ms. @throws PromqlError */
export function stepParameter(parameters: URLSearchParams): number {
  const text = parameters.get("step");
  if (text === null || text === "") throw invalid("step", "is missing");
  const step = parseDuration(text);
  if (!(step > 0))
    throw invalid("step", "zero or negative query resolution step widths are not accepted");
  return step;
}

/** The text of a parameter that must be there. @throws PromqlError */
export function textParameter(parameters: URLSearchParams, name: string): string {
  const text = parameters.get(name);
  if (text === null) throw invalid(name, "is missing");
  return text;
}

const invalid = (name: string, problem: string): PromqlError =>
  new PromqlError("bad_data", `invalid parameter "${name}": ${problem}`);
