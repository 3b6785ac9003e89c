import { type Instant, instant } from "@/lib/base/units";
import type { KubeObject } from "./object";

/**
 * When an object was last written, as the API server noted in whole seconds; undefined where it notes
 * nothing. Source: metadata.managedFields[].time of meta/v1.
 */
export function lastStamp({ metadata: { managedFields = [] } }: KubeObject): Instant | undefined {
  const times = managedFields
    .map(({ time }) => (typeof time === "string" ? Date.parse(time) : NaN))
    .filter((time) => !Number.isNaN(time));
  return times.length > 0 ? instant(Math.max(...times)) : undefined;
}
