import { parseDuration } from "@/lib/istio/duration";
import type { Field } from "@/lib/yaml/field";
import type { Issues } from "./issue";
import { quoted } from "./names";

/** A difference of a millisecond that no nanosecond makes. */
const ROUNDING = 5e-7;

/** The length of a duration in ms; 0 where it is absent or none. */
export const durationMillis = (field: Field): number =>
  (field.text === undefined ? undefined : parseDuration(field.text)) ?? 0;

/** What istiod does not take as a length of time: less than a millisecond, or parts of one. */
function durationProblem(millis: number): string | undefined {
  if (millis < 1 - ROUNDING) return "duration must be greater than 1ms";
  return Math.abs(millis - Math.round(millis)) > ROUNDING
    ? "only durations to ms precision are supported"
    : undefined;
}

/** Checks a duration where there is one. */
export function checkDuration(field: Field, issues: Issues): void {
  if (field.exists && isReadable(field, issues))
    issues.check(field, durationProblem(durationMillis(field)));
}

/** False, with an error, for a text that is no length of time: not all schemas refuse it. */
export function isReadable(field: Field, issues: Issues): boolean {
  const { text } = field;
  if (text === undefined || parseDuration(text) !== undefined) return true;
  const words = `error decoding configuration: bad Duration: time: invalid duration ${quoted(text)}`;
  issues.error(field, words);
  return false;
}
