import type { LabelSet } from "../series";

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

/** A value of the type that the parser has made sure of. @throws TypeError otherwise */
export function wanted<T extends Value["type"]>(value: Value | undefined, type: T) {
  if (value?.type !== type) throw new TypeError(`expected a ${type}`);
  return value as Extract<Value, { type: T }>;
}

const nameless = new WeakMap<LabelSet, LabelSet>();

/**
 * The labels without the metric's name: what arithmetic and most functions leave. The same object
 * for the same labels, so that what is known of it need not be worked out anew at each step.
 */
export function withoutName(labels: LabelSet): LabelSet {
  if (labels.__name__ === undefined) return labels;
  let rest = nameless.get(labels);
  if (!rest) {
    const { __name__: _, ...others } = labels;
    rest = others;
    nameless.set(labels, rest);
  }
  return rest;
}
