import { type LabelSet, labelKey } from "../time-series-store";
import { PromqlError } from "./promql-error";
import type { Sample } from "./value";

/** Aggregation operators, and whether they take a parameter before the vector. */
export const AGGREGATIONS: ReadonlyMap<string, boolean> = new Map([
  ["sum", false],
  ["avg", false],
  ["min", false],
  ["max", false],
  ["count", false],
  ["group", false],
  ["stddev", false],
  ["stdvar", false],
  ["topk", true],
  ["bottomk", true],
  ["quantile", true],
  ["count_values", true],
]);

interface Group {
  readonly labels: LabelSet;
  readonly samples: Sample[];
}

/** Which samples count as one: `by` or `without` the labels of `names`. */
export interface Grouping {
  readonly names: readonly string[];
  readonly without: boolean;
}

/**
 * Applies an aggregation as Prometheus does.
 *
 * @param parameter the number of `topk`, `bottomk` and `quantile`, the label of `count_values`.
 */
export function aggregate(
  op: string,
  samples: readonly Sample[],
  grouping: Grouping,
  parameter: number | string | undefined,
): Sample[] {
  const groups = groupsOf(samples, grouping);
  switch (op) {
    case "topk":
    case "bottomk":
      return groups.flatMap((group) => best(group.samples, Number(parameter), op === "topk"));
    case "count_values":
      return groups.flatMap((group) => countValues(group, String(parameter)));
    case "quantile":
      return groups.map(({ labels, samples: all }) => ({
        labels,
        value: quantile(
          Number(parameter),
          all.map(({ value }) => value),
        ),
      }));
    default:
      return groups.map(({ labels, samples: all }) => ({
        labels,
        value: reduce(
          op,
          all.map(({ value }) => value),
        ),
      }));
  }
}

function groupsOf(samples: readonly Sample[], { names, without }: Grouping): Group[] {
  const dropped = new Set([...names, "__name__"]);
  const groups = new Map<string, Group>();
  for (const sample of samples) {
    const labels: Record<string, string> = {};
    if (without) {
      for (const name of Object.keys(sample.labels)) {
        const value = sample.labels[name];
        if (value !== undefined && !dropped.has(name)) labels[name] = value;
      }
    } else {
      for (const name of names) {
        const value = sample.labels[name];
        if (value !== undefined && value !== "") labels[name] = value;
      }
    }
    const key = labelKey(labels);
    const group = groups.get(key);
    if (group) group.samples.push(sample);
    else groups.set(key, { labels, samples: [sample] });
  }
  return [...groups.values()];
}

function reduce(op: string, values: readonly number[]): number {
  const total = () => values.reduce((sum, value) => sum + value, 0);
  switch (op) {
    case "sum":
      return total();
    case "avg":
      return total() / values.length;
    case "count":
      return values.length;
    case "group":
      return 1;
    case "min":
      return extreme(values, (candidate, kept) => candidate < kept);
    case "max":
      return extreme(values, (candidate, kept) => candidate > kept);
    case "stdvar":
      return variance(values);
    case "stddev":
      return Math.sqrt(variance(values));
    default:
      throw new PromqlError("bad_data", `aggregation ${op} is not supported by the sandbox`);
  }
}

/** NaN loses against every number. */
export function extreme(
  values: readonly number[],
  better: (candidate: number, kept: number) => boolean,
): number {
  let kept = Number.NaN;
  for (const value of values) {
    if (Number.isNaN(kept) || better(value, kept)) kept = value;
  }
  return kept;
}

/** The population variance. */
export function variance(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
}

/** The `q` quantile with linear interpolation; infinite outside [0, 1], NaN of nothing. */
export function quantile(q: number, values: readonly number[]): number {
  if (values.length === 0 || Number.isNaN(q)) return Number.NaN;
  if (q < 0) return -Infinity;
  if (q > 1) return Infinity;
  const sorted = [...values].sort((a, b) => a - b);
  const rank = q * (sorted.length - 1);
  const low = sorted[Math.floor(rank)] ?? Number.NaN;
  const high = sorted[Math.min(sorted.length - 1, Math.floor(rank) + 1)] ?? Number.NaN;
  const weight = rank - Math.floor(rank);
  return low * (1 - weight) + high * weight;
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

function countValues(group: Group, label: string): Sample[] {
  const counts = new Map<string, number>();
  for (const { value } of group.samples) {
    const text = String(value);
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return [...counts].map(([text, value]) => ({
    labels: { ...group.labels, [label]: text },
    value,
  }));
}
