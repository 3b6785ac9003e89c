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
export function hasLabels(labels: Labels | undefined, wanted: Labels): boolean {
  for (const key in wanted) if (labels?.[key] !== wanted[key]) return false;
  return true;
}

/** Whether `labels` meet the whole selector. An empty selector is met by any; an unknown operator by none. */
export function matchesLabels(selector: LabelSelector, labels: Labels = {}): boolean {
  return (
    hasLabels(labels, selector.matchLabels ?? {}) &&
    (selector.matchExpressions ?? []).every(({ key = "", operator, values = [] }) => {
      const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
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
    })
  );
}
