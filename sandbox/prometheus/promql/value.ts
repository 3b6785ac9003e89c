import type { LabelSet } from "../time-series-store";
import { PromqlError } from "./promql-error";

/** One labelled number at the evaluation time. */
export interface Sample {
  readonly labels: LabelSet;
  readonly value: number;
}

/** The samples of one series inside a range: times in ms, in order. */
export interface RangeSeries {
  readonly labels: LabelSet;
  readonly times: readonly number[];
  readonly values: readonly number[];
}

/** What an expression yields at one time. */
export type Value =
  | { readonly type: "scalar"; readonly value: number }
  | { readonly type: "string"; readonly value: string }
  | { readonly type: "vector"; readonly samples: readonly Sample[] }
  | {
      readonly type: "matrix";
      readonly series: readonly RangeSeries[];
      /** The range asked for, in ms; `end` is its right edge after offset and `@`. */
      readonly range: number;
      readonly end: number;
    };

export const scalar = (value: number): Value => ({ type: "scalar", value });
export const vector = (samples: readonly Sample[]): Value => ({ type: "vector", samples });

/** @throws PromqlError when `value` is of another type than the function wants. */
export function wanted<T extends Value["type"]>(value: Value | undefined, type: T, where: string) {
  if (value?.type !== type) {
    const got = value
      ? (({ matrix: "range vector", vector: "instant vector" } as Record<string, string>)[
          value.type
        ] ?? value.type)
      : "nothing";
    throw new PromqlError("bad_data", `expected type ${type} in ${where}, got ${got}`);
  }
  return value as Extract<Value, { type: T }>;
}

/** The labels without the metric's name: what arithmetic and most functions leave. */
export function withoutName(labels: LabelSet): LabelSet {
  if (labels.__name__ === undefined) return labels;
  const { __name__: _, ...rest } = labels;
  return rest;
}
