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
