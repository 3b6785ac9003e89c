import { parseDuration } from "@/lib/istio/duration";
import type { Field } from "@/lib/yaml/field";
import type { Issues } from "./issue";

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
  if (field.exists) issues.check(field, durationProblem(durationMillis(field)));
}
