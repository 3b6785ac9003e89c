type Labels = Readonly<Record<string, string>>;

/** A selector as workloads and webhooks write it. */
export interface LabelSelector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly {
    readonly key?: string;
    /** `In`, `NotIn`, `Exists` or `DoesNotExist`. */
    readonly operator?: string;
    readonly values?: readonly string[];
  }[];
}

/** Whether `labels` hold every pair of `wanted`; an empty `wanted` is held by any. */
export const hasLabels = (labels: Labels | undefined, wanted: Labels): boolean =>
  Object.entries(wanted).every(([key, value]) => labels?.[key] === value);

/**
 * Whether `labels` satisfy a selector, all terms together. An empty selector takes all, an absent
 * one none, as in Kubernetes; so does a term with an operator that we do not know.
 */
export function selectorMatches(
  selector: LabelSelector | undefined,
  labels: Labels | undefined,
): boolean {
  if (!selector) return false;
  if (!hasLabels(labels, selector.matchLabels ?? {})) return false;
  return (selector.matchExpressions ?? []).every(({ key = "", operator, values = [] }) => {
    const value = labels?.[key];
    switch (operator) {
      case "In":
        return value !== undefined && values.includes(value);
      case "NotIn":
        return value === undefined || !values.includes(value);
      case "Exists":
        return value !== undefined;
      case "DoesNotExist":
        return value === undefined;
      default:
        return false;
    }
  });
}
