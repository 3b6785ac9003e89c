import { compareText } from "@/lib/base/compare-text";
import type { LabelSet } from "../series";

const keys = new WeakMap<LabelSet, string>();

/** A text that is equal for equal label sets, whatever the order of their keys. */
export function labelKey(labels: LabelSet): string {
  let key = keys.get(labels);
  if (key === undefined) {
    key = "";
    for (const name of Object.keys(labels).sort()) key += `${name}\u0001${labels[name]}\u0002`;
    keys.set(labels, key);
  }
  return key;
}

/** Prometheus' order of series: name by name, value by value, the shorter first. */
export function compareLabels(a: LabelSet, b: LabelSet): number {
  const [left, right] = [Object.keys(a).sort(), Object.keys(b).sort()];
  for (const [index, name] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    const order = compareText(name, other) || compareText(a[name] ?? "", b[other] ?? "");
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

/** `{a="1", b="2"}`, as Prometheus prints labels. */
export const labelText = (labels: LabelSet): string =>
  `{${Object.keys(labels)
    .sort()
    .map((name) => `${name}=${JSON.stringify(labels[name])}`)
    .join(", ")}}`;
