import { isRecord, type JsonRecord } from "@/lib/k8s/json-value";

// Other ways in which people write the same plan. Each means one thing only: what is written both
// ways, or in a way that is not listed, is left as it is for the parser to refuse.

const ANALYSIS: ReadonlySet<string> = new Set([
  "judge",
  "interval",
  "warmUp",
  "successRate",
  "p50",
  "p95",
  "p99",
  "metrics",
  "webhooks",
  "minRequests",
  "failureLimit",
  "noData",
  "noDataTimeout",
  "queryErrorLimit",
  "maxStepDuration",
  "inconclusive",
]);
const SEQUENTIAL: ReadonlySet<string> = new Set([
  "alpha",
  "beta",
  "minDelta",
  "delta",
  "p0",
  "p1",
  "phi",
  "slowAboveMs",
]);

/** The plan with all of its fields where `RolloutSpec` has them. */
export function withPlainSpelling(value: unknown): unknown {
  if (!isRecord(value) || !isRecord(value["spec"])) return value;
  const spec = moved(value["spec"], "analysis", ANALYSIS);
  if (!isRecord(spec["analysis"])) return { ...value, spec };
  const analysis = moved(spec["analysis"], "sequential", SEQUENTIAL);
  return { ...value, spec: { ...spec, analysis } };
}

/** The object with these of its fields inside the one called `into`. */
function moved(object: JsonRecord, into: string, fields: ReadonlySet<string>): JsonRecord {
  const inner = object[into] ?? {};
  if (!isRecord(inner)) return object;
  const flat = Object.entries(object).filter(([key]) => fields.has(key) && !(key in inner));
  if (flat.length === 0) return object;
  const names = new Set(flat.map(([key]) => key));
  const rest = Object.entries(object).filter(([key]) => !names.has(key));
  return { ...Object.fromEntries(rest), [into]: { ...inner, ...Object.fromEntries(flat) } };
}
