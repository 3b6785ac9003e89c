import type { LabelSet } from "../series";
import { labelKey, labelText } from "./label-order";
import { PromqlError } from "./promql-error";
import type { BinaryExpr, VectorMatching } from "./syntax";
import { type Sample, scalar, type Value, vector, withoutName } from "./value";

/** As C's pow, which Prometheus has from Go: one to any power is one. */
const power = (a: number, b: number): number =>
  a === 1 || (a === -1 && !Number.isFinite(b) && !Number.isNaN(b)) ? 1 : a ** b;

const ARITHMETIC: Readonly<Record<string, (a: number, b: number) => number>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "%": (a, b) => a % b,
  "^": power,
  atan2: (a, b) => Math.atan2(a, b),
};

/** The operators that compare. */
export const COMPARISON: Readonly<Record<string, (a: number, b: number) => boolean>> = {
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
  if (left.type === "scalar" && right.type === "scalar") {
    return scalar(scalars(expr, left.value, right.value));
  }
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
  throw new TypeError("the parser lets only scalars and vectors through");
}

function scalars({ op }: BinaryExpr, a: number, b: number): number {
  const compute = ARITHMETIC[op];
  if (compute) return compute(a, b);
  return COMPARISON[op]?.(a, b) ? 1 : 0;
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
  if (left.length === 0 || right.length === 0) return [];
  const swap = matching.cardinality === "one-to-many";
  const [many, one] = swap ? [right, left] : [left, right];
  const ones = onesByGroup(one, matching, swap ? "left" : "right");
  const used = new Set<string>();
  const results: Sample[] = [];
  for (const sample of many) {
    const key = signature(sample.labels, matching);
    const partner = ones.get(key);
    if (!partner) continue;
    const pair: [number, number] = swap
      ? [partner.value, sample.value]
      : [sample.value, partner.value];
    // A filter keeps the value of the operator's left side.
    const kept = { ...sample, value: pair[0] };
    const [result] = combine(expr, kept, pair, resultLabels(sample, partner, expr));
    if (!result) continue;
    const single = matching.cardinality === "one-to-one";
    const identity = single ? key : labelKey(result.labels);
    if (used.has(identity)) {
      throw new PromqlError(
        "execution",
        single
          ? "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)"
          : "multiple matches for labels: grouping labels must ensure unique matches",
      );
    }
    used.add(identity);
    results.push(result);
  }
  return results;
}

function onesByGroup(
  samples: readonly Sample[],
  matching: VectorMatching,
  side: "left" | "right",
): ReadonlyMap<string, Sample> {
  const ones = new Map<string, Sample>();
  for (const sample of samples) {
    const key = signature(sample.labels, matching);
    const other = ones.get(key);
    if (other) {
      throw new PromqlError(
        "execution",
        `found duplicate series for the match group ${labelText(matched(sample.labels, matching))} on the ${side} hand-side of the operation: [${labelText(sample.labels)}, ${labelText(other.labels)}];many-to-many matching not allowed: matching labels must be unique on one side`,
      );
    }
    ones.set(key, sample);
  }
  return ones;
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
  if (matching.include.length === 0) return base;
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
  for (const name of on ? names : Object.keys(labels)) {
    const value = labels[name];
    if (value && (on || (name !== "__name__" && !names.includes(name)))) kept[name] = value;
  }
  return kept;
}

/** By matching, the text of each label set's match group: the same at every step of a query. */
const signatures = new WeakMap<VectorMatching, WeakMap<LabelSet, string>>();

function signature(labels: LabelSet, matching: VectorMatching): string {
  let known = signatures.get(matching);
  if (!known) {
    known = new WeakMap();
    signatures.set(matching, known);
  }
  let key = known.get(labels);
  if (key === undefined) {
    key = labelKey(matched(labels, matching));
    known.set(labels, key);
  }
  return key;
}
