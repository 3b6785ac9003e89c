import { isRecord } from "@/lib/k8s/json-value";
import type { Comparison } from "./compare";
import type { Recorded } from "./corpus";

interface KnownDeviation {
  readonly reason: string;
  readonly explains: (request: Recorded, comparison: Comparison) => boolean;
}

/** Where the recording tells something else than what the proxies did, each with its reason. */
const KNOWN: readonly KnownDeviation[] = [
  {
    reason:
      "the application of the recording, a Python HTTP server, folds slashes at the start of a " +
      "path into one before it tells the path; the proxies had sent them all",
    explains: (_, { aspect, expected, actual }) =>
      aspect === "path" && String(actual).replace(/^\/+/, "/") === expected,
  },
  {
    reason:
      "the application of the recording keeps one value of each header and forgets the others; " +
      "a header that was added to is told whole by us",
    explains: (_, { aspect, expected, actual }) =>
      aspect === "request headers" && isLastValue(expected, actual),
  },
];

function isLastValue(expected: unknown, actual: unknown): boolean {
  if (!isRecord(expected) || !isRecord(actual)) return false;
  const told = Object.entries(expected);
  return (
    told.length === Object.keys(actual).length &&
    told.every(([name, value]) => {
      const ours = actual[name];
      return typeof ours === "string" && (ours === value || ours.endsWith(`,${String(value)}`));
    })
  );
}

/** Why a deviation is none of ours; undefined where it is. */
export const knownDeviation = (request: Recorded, comparison: Comparison): string | undefined =>
  KNOWN.find(({ explains }) => explains(request, comparison))?.reason;
