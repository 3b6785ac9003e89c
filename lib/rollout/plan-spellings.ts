import { isRecord, type JsonRecord } from "@/lib/k8s/json-value";
import { sequentialSpelling } from "./plan-judge-spellings";
import { walkOf } from "./plan-steps";
import { namesOf, renamed, taken, withMoved } from "./plan-words";

// Other ways in which people write the same plan. Each means one thing only: what is written both
// ways, or in a way that is not listed, is left as it is for the parser to refuse.

const SPEC = namesOf(
  [
    ...["target", "stable", "canary", "strategy", "steps", "testers", "sticky", "hold"],
    ...["allowDecrease", "others", "analysis", "finalise", "bake", "drift", "fourEyes", "freezes"],
    ...["train", "rollback", "controllerGap", "progressDeadline", "suspend", "approveFinish"],
    "notifications",
  ],
  {
    finalize: "finalise",
    paused: "suspend",
    stepDuration: "hold",
    baking: "bake",
    bakeTime: "bake",
    onDrift: "drift",
    freezeWindows: "freezes",
    sessionAffinity: "sticky",
    stickySessions: "sticky",
    trustedTesters: "testers",
    stepWeights: "steps",
  },
);
const TARGET = namesOf(
  ["virtualService", "virtualServices", "httpRoute", "httpRoutes", "route", "host"],
  { routes: "route", service: "host" },
);
const ANALYSIS = namesOf(
  [
    ...["judge", "sequential", "interval", "warmUp", "initialDelay", "successRate", "p50", "p95"],
    ...["p99", "metrics", "webhooks", "minRequests", "failureLimit", "failures", "noData"],
    ...["noDataTimeout", "queryErrorLimit", "maxStepDuration", "inconclusive", "dryRun"],
  ],
  {
    checkInterval: "interval",
    checkEvery: "interval",
    success: "successRate",
    threshold: "failureLimit",
    failureMode: "failures",
    errorLimit: "queryErrorLimit",
    consecutiveErrors: "queryErrorLimit",
    onInconclusive: "inconclusive",
  },
);
const STICKY = namesOf(["cookie", "maxAge"], { cookieName: "cookie" });
const ROLLBACK = namesOf(["capacity"], {});
const GAP = namesOf(["limit", "then", "weight"], {
  maxGap: "limit",
  policy: "then",
  action: "then",
  safeWeight: "weight",
});

/** The plan with all of its fields where `RolloutSpec` has them. */
export function withPlainSpelling(value: unknown): unknown {
  if (!isRecord(value)) return value;
  const { spec, metadata } = value;
  const placed = isRecord(metadata) ? { metadata: { namespace: "default", ...metadata } } : {};
  return { ...value, ...placed, ...(isRecord(spec) ? { spec: plainSpec(spec) } : {}) };
}

function plainSpec(given: JsonRecord): JsonRecord {
  let spec = renamed(withGenerator(withGap(given)), SPEC);
  spec = withMoved(spec, "target", TARGET);
  spec = withMoved(spec, "analysis", ANALYSIS);
  return {
    ...spec,
    ...walked(spec),
    ...inside(spec, "target", (target) => withHost(renamed(target, TARGET), spec)),
    ...inside(spec, "sticky", (sticky) => renamed(sticky, STICKY)),
    ...(spec["sticky"] === true ? { sticky: {} } : {}),
    ...(typeof spec["sticky"] === "string" ? { sticky: { cookie: spec["sticky"] } } : {}),
    ...inside(spec, "rollback", (rollback) => renamed(rollback, ROLLBACK)),
    ...(typeof spec["rollback"] === "string" ? { rollback: { capacity: spec["rollback"] } } : {}),
    ...inside(spec, "controllerGap", (gap) => renamed(gap, GAP)),
    ...inside(spec, "analysis", plainAnalysis),
    ...side(spec, "stable"),
    ...side(spec, "canary"),
  };
}

/** Where both versions have hosts of their own, the first of them is the target's. */
function withHost(target: JsonRecord, spec: JsonRecord): JsonRecord {
  const [stable, canary] = [spec["stable"], spec["canary"]];
  if ("host" in target || !isRecord(stable) || !isRecord(canary)) return target;
  const { host } = stable;
  return host === undefined || canary["host"] === undefined ? target : { ...target, host };
}

/** Steps with pauses among them; one at their end keeps the rollout from its own. */
function walked(spec: JsonRecord): JsonRecord {
  if (!Array.isArray(spec["steps"])) return {};
  const { steps, approveFinish } = walkOf(spec["steps"]);
  return approveFinish && !("approveFinish" in spec) ? { steps, approveFinish } : { steps };
}

/** A version by the name of its subset alone. */
function side(spec: JsonRecord, field: "stable" | "canary"): JsonRecord {
  const value = spec[field];
  return typeof value === "string" ? { [field]: { subset: value } } : {};
}

function inside(
  spec: JsonRecord,
  field: string,
  plain: (inner: JsonRecord) => JsonRecord,
): JsonRecord {
  const inner = spec[field];
  return isRecord(inner) ? { [field]: plain(inner) } : {};
}

/** `stepWeight: 10, maxWeight: 50` make a list, as in Flagger. */
function withGenerator(spec: JsonRecord): JsonRecord {
  const { stepWeight: by, maxWeight: to = 100, ...rest } = spec;
  const isPart = by === undefined || "steps" in spec || "stepWeights" in spec;
  return isPart ? spec : { ...rest, steps: { linear: { from: by, by, to } } };
}

/** `onControllerLoss: hold`, with `maxGap` and `safeWeight` beside it or within. */
function withGap(spec: JsonRecord): JsonRecord {
  const { onControllerLoss: loss, maxGap, safeWeight, ...rest } = spec;
  if (loss === undefined || "controllerGap" in spec) return spec;
  const beside = {
    ...(maxGap === undefined ? {} : { limit: maxGap }),
    ...(safeWeight === undefined ? {} : { weight: safeWeight }),
  };
  const own = isRecord(loss) ? renamed(loss, GAP) : { then: loss };
  return { ...rest, controllerGap: { ...beside, ...own } };
}

function plainAnalysis(given: JsonRecord): JsonRecord {
  let analysis = renamed(withJudge(given), ANALYSIS);
  analysis = withThresholds(withFailures(analysis));
  const metrics = analysis["metrics"];
  const list = Array.isArray(metrics) ? { metrics: metrics.map(withRange) } : {};
  return sequentialSpelling({ ...analysis, ...list });
}

/** `judge: { type: sequential, … }`: what stands beside the type is of the analysis. */
function withJudge(analysis: JsonRecord): JsonRecord {
  const { judge } = analysis;
  if (!isRecord(judge)) return analysis;
  const { type, ...more } = judge;
  return Object.keys(more).some((key) => key in analysis)
    ? analysis
    : { ...analysis, ...more, judge: type };
}

/** `thresholds: { successRate: 99, p99: 500 }` stand in the analysis themselves. */
function withThresholds(analysis: JsonRecord): JsonRecord {
  const thresholds = analysis["thresholds"];
  if (!isRecord(thresholds)) return analysis;
  const { thresholds: _, ...rest } = analysis;
  const own = renamed(thresholds, ANALYSIS);
  return Object.keys(own).some((key) => key in rest) ? analysis : { ...rest, ...own };
}

/** `failureLimit: consecutive`, or `{ count: 3, mode: consecutive }`. */
function withFailures(analysis: JsonRecord): JsonRecord {
  const { failureLimit: limit, ...rest } = analysis;
  if ("failures" in analysis) return analysis;
  if (limit === "consecutive" || limit === "cumulative") return { ...rest, failures: limit };
  if (!isRecord(limit)) return analysis;
  const [[count, mode], left] = taken(limit, [
    ["count", "limit", "max"],
    ["mode", "failures", "type"],
  ]);
  if (left.length > 0 || count === undefined) return analysis;
  return { ...rest, failureLimit: count, ...(mode === undefined ? {} : { failures: mode }) };
}

/** `thresholdRange: { min, max }` of a metric, as in Flagger; limits as of the analysis. */
function withRange(metric: unknown): unknown {
  if (!isRecord(metric)) return metric;
  const { thresholdRange: range, ...rest } = withFailures(metric);
  if (!isRecord(range) || "min" in rest || "max" in rest) return withFailures(metric);
  return { ...rest, ...range };
}
