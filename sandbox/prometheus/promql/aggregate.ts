import type { LabelSet } from "../series";
import { AT_ONCE, type Steps } from "../slices";
import { formatValue } from "../number-format";
import { labelKey } from "./label-order";
import { PromqlError } from "./promql-error";
import { extreme, mean, quantile, variance } from "./statistics";
import type { AggregateExpr } from "./syntax";
import type { Sample } from "./value";

/** Aggregation operators, and what they take before the vector. */
export const AGGREGATIONS: ReadonlyMap<string, "scalar" | "string" | undefined> = new Map([
  ...["sum", "avg", "min", "max", "count", "group", "stddev", "stdvar"].map(
    (op) => [op, undefined] as const,
  ),
  ...["topk", "bottomk", "quantile"].map((op) => [op, "scalar"] as const),
  ["count_values", "string"] as const,
]);

interface Group {
  readonly labels: LabelSet;
  readonly samples: Sample[];
}

const REDUCTIONS: Readonly<Record<string, (values: readonly number[]) => number>> = {
  sum: (values) => values.reduce((total, value) => total + value, 0),
  avg: mean,
  count: (values) => values.length,
  group: () => 1,
  min: (values) => extreme(values, (candidate, kept) => candidate < kept),
  max: (values) => extreme(values, (candidate, kept) => candidate > kept),
  stdvar: variance,
  stddev: (values) => Math.sqrt(variance(values)),
};

const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/**
 * Applies an aggregation as Prometheus does.
 *
 * @param parameter the number of `topk`, `bottomk` and `quantile`, the label of `count_values`.
 */
export function* aggregate(
  expr: AggregateExpr,
  samples: readonly Sample[],
  parameter: number | string | undefined,
): Steps<Sample[]> {
  const { op } = expr;
  const groups = yield* groupsOf(samples, expr);
  switch (op) {
    case "topk":
    case "bottomk":
      return groups.flatMap((group) => best(group.samples, Number(parameter), op === "topk"));
    case "count_values":
      return countValues(groups, String(parameter));
    default: {
      const reduce =
        op === "quantile"
          ? (values: readonly number[]) => quantile(Number(parameter), values)
          : REDUCTIONS[op];
      if (!reduce) throw new PromqlError("bad_data", `aggregation ${op} is not supported`);
      return groups.map(({ labels, samples: all }) => ({
        labels,
        value: reduce(all.map(({ value }) => value)),
      }));
    }
  }
}

/** One sample for each group, by an aggregation without parameter. @throws PromqlError */
export function reduceGroups(
  op: string,
  groups: readonly { readonly labels: LabelSet; readonly values: readonly number[] }[],
): Sample[] {
  const reduce = REDUCTIONS[op];
  if (!reduce) throw new PromqlError("bad_data", `aggregation ${op} is not supported`);
  return groups.map(({ labels, values }) => ({ labels, value: reduce(values) }));
}

/** By expression, the group of each label set: the same at every step of a query. */
const groupings = new WeakMap<AggregateExpr, WeakMap<LabelSet, LabelSet>>();

function* groupsOf(samples: readonly Sample[], expr: AggregateExpr): Steps<Group[]> {
  let known = groupings.get(expr);
  if (!known) {
    known = new WeakMap();
    groupings.set(expr, known);
  }
  const groups = new Map<string, Group>();
  for (const [index, sample] of samples.entries()) {
    if (index % AT_ONCE === AT_ONCE - 1) yield;
    let labels = known.get(sample.labels);
    if (!labels) {
      labels = groupLabels(sample.labels, expr);
      known.set(sample.labels, labels);
    }
    const key = labelKey(labels);
    const group = groups.get(key);
    if (group) group.samples.push(sample);
    else groups.set(key, { labels, samples: [sample] });
  }
  return [...groups.values()];
}

function groupLabels(all: LabelSet, { grouping, without }: AggregateExpr): LabelSet {
  const labels: Record<string, string> = {};
  const names = without
    ? Object.keys(all).filter((name) => name !== "__name__" && !grouping.includes(name))
    : grouping;
  for (const name of names) {
    const value = all[name];
    if (value) labels[name] = value;
  }
  return labels;
}

function best(samples: readonly Sample[], count: number, largest: boolean): Sample[] {
  if (!(count >= 1)) return [];
  const order = (a: Sample, b: Sample) => {
    if (Number.isNaN(a.value)) return 1;
    if (Number.isNaN(b.value)) return -1;
    return largest ? b.value - a.value : a.value - b.value;
  };
  return [...samples].sort(order).slice(0, Math.floor(count));
}

function countValues(groups: readonly Group[], label: string): Sample[] {
  if (!LABEL_NAME.test(label)) {
    throw new PromqlError("execution", `invalid label name ${JSON.stringify(label)}`);
  }
  return groups.flatMap((group) => {
    const counts = new Map<string, number>();
    for (const { value } of group.samples) {
      const text = formatValue(value);
      counts.set(text, (counts.get(text) ?? 0) + 1);
    }
    return [...counts].map(([text, value]) => ({
      labels: { ...group.labels, [label]: text },
      value,
    }));
  });
}
