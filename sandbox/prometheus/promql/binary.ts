import { type LabelSet, labelKey } from "../time-series-store";
import { PromqlError } from "./promql-error";
import type { BinaryExpr, VectorMatching } from "./syntax";
import { type Sample, scalar, type Value, vector, withoutName } from "./value";

const ARITHMETIC: Readonly<Record<string, (a: number, b: number) => number>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "%": (a, b) => a % b,
  "^": (a, b) => a ** b,
  atan2: (a, b) => Math.atan2(a, b),
};

const COMPARISON: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  "==": (a, b) => a === b,
  "!=": (a, b) => a !== b,
  ">": (a, b) => a > b,
  "<": (a, b) => a < b,
  ">=": (a, b) => a >= b,
  "<=": (a, b) => a <= b,
};

/** Applies a binary operator to two values as Prometheus does. @throws PromqlError */
export function binary(expr: BinaryExpr, left: Value, right: Value): Value {
  if (left.type === "vector" && right.type === "vector") {
    return vector(vectors(expr, left.samples, right.samples));
  }
  if (expr.matching.cardinality === "many-to-many") {
    throw new PromqlError(
      "bad_data",
      `set operator "${expr.op}" not allowed in binary scalar expression`,
    );
  }
  if (left.type === "scalar" && right.type === "scalar")
    return scalars(expr, left.value, right.value);
  if (left.type === "vector" && right.type === "scalar") {
    return vector(
      left.samples.flatMap((sample) =>
        combine(expr, sample, [sample.value, right.value], sample.labels),
      ),
    );
  }
  if (left.type === "scalar" && right.type === "vector") {
    return vector(
      right.samples.flatMap((sample) =>
        combine(expr, sample, [left.value, sample.value], sample.labels),
      ),
    );
  }
  throw new PromqlError(
    "bad_data",
    `binary expression must contain only scalar and instant vector types`,
  );
}

function scalars(expr: BinaryExpr, a: number, b: number): Value {
  const compute = ARITHMETIC[expr.op];
  if (compute) return scalar(compute(a, b));
  if (!expr.bool) {
    throw new PromqlError("bad_data", "comparisons between scalars must use BOOL modifier");
  }
  return scalar(COMPARISON[expr.op]?.(a, b) ? 1 : 0);
}

/** One result, or none where a comparison filters it out; a filter keeps the vector's own value. */
function combine(
  expr: BinaryExpr,
  kept: Sample,
  [a, b]: readonly [number, number],
  labels: LabelSet,
): Sample[] {
  const compute = ARITHMETIC[expr.op];
  if (compute) return [{ labels: withoutName(labels), value: compute(a, b) }];
  const holds = COMPARISON[expr.op]?.(a, b) ?? false;
  if (expr.bool) return [{ labels: withoutName(labels), value: holds ? 1 : 0 }];
  return holds ? [{ labels, value: kept.value }] : [];
}

function vectors(expr: BinaryExpr, left: readonly Sample[], right: readonly Sample[]): Sample[] {
  const { matching, op } = expr;
  if (matching.cardinality === "many-to-many") return sets(op, matching, { left, right });
  const swap = matching.cardinality === "one-to-many";
  const [many, one] = swap ? [right, left] : [left, right];
  const ones = new Map<string, Sample>();
  for (const sample of one) {
    const key = signature(sample.labels, matching);
    if (ones.has(key)) {
      throw new PromqlError(
        "execution",
        `found duplicate series for the match group ${JSON.stringify(matched(sample.labels, matching))} on the ${swap ? "left" : "right"} hand-side of the operation: many-to-many matching not allowed: matching labels must be unique on one side`,
      );
    }
    ones.set(key, sample);
  }
  const used = new Set<string>();
  const results: Sample[] = [];
  for (const sample of many) {
    const key = signature(sample.labels, matching);
    const partner = ones.get(key);
    if (!partner) continue;
    const pair: [number, number] = swap
      ? [partner.value, sample.value]
      : [sample.value, partner.value];
    const [result] = combine(expr, sample, pair, resultLabels(sample, partner, expr));
    if (!result) continue;
    const identity = labelKey(result.labels);
    if (used.has(identity)) {
      throw new PromqlError(
        "execution",
        "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)",
      );
    }
    used.add(identity);
    results.push(result);
  }
  return results;
}

function resultLabels(many: Sample, one: Sample, { matching, op, bool }: BinaryExpr): LabelSet {
  const filters = op in COMPARISON && !bool;
  const base = filters ? many.labels : withoutName(many.labels);
  if (matching.cardinality === "one-to-one") {
    const kept = Object.entries(base).filter(
      ([name]) => matching.labels.includes(name) === matching.on,
    );
    return Object.fromEntries(kept);
  }
  const labels: Record<string, string> = { ...base };
  for (const name of matching.include) {
    const value = one.labels[name];
    if (value) labels[name] = value;
    else delete labels[name];
  }
  return labels;
}

function sets(
  op: string,
  matching: VectorMatching,
  { left, right }: { left: readonly Sample[]; right: readonly Sample[] },
): Sample[] {
  const keysOf = (samples: readonly Sample[]) =>
    new Set(samples.map(({ labels }) => signature(labels, matching)));
  if (op === "or") {
    const known = keysOf(left);
    return [...left, ...right.filter(({ labels }) => !known.has(signature(labels, matching)))];
  }
  const known = keysOf(right);
  return left.filter(({ labels }) => known.has(signature(labels, matching)) === (op === "and"));
}

function matched(labels: LabelSet, { on, labels: names }: VectorMatching): LabelSet {
  const kept: Record<string, string> = {};
  for (const name of Object.keys(labels)) {
    const value = labels[name];
    if (value === undefined || value === "") continue;
    if (on ? names.includes(name) : name !== "__name__" && !names.includes(name))
      kept[name] = value;
  }
  return kept;
}

const signature = (labels: LabelSet, matching: VectorMatching): string =>
  labelKey(matched(labels, matching));
