import type { LabelMatcher } from "./matcher";

/** When a selector looks: `offset` ms before the evaluation time, or before `at` when it is set. */
export interface TimeShift {
  readonly offset: number;
  readonly at: number | "start" | "end" | undefined;
}

export interface SelectorExpr extends TimeShift {
  readonly type: "selector";
  readonly matchers: readonly LabelMatcher[];
}

/** A selector over the last `range` ms. */
export interface MatrixExpr {
  readonly type: "matrix";
  readonly selector: SelectorExpr;
  readonly range: number;
}

/** `expr` evaluated every `step` ms over the last `range` ms; step 0 is the default interval. */
export interface SubqueryExpr extends TimeShift {
  readonly type: "subquery";
  readonly expr: Expr;
  readonly range: number;
  readonly step: number;
}

export interface CallExpr {
  readonly type: "call";
  readonly name: string;
  readonly args: readonly Expr[];
}

export interface AggregateExpr {
  readonly type: "aggregate";
  readonly op: string;
  readonly expr: Expr;
  readonly parameter: Expr | undefined;
  readonly grouping: readonly string[];
  readonly without: boolean;
}

/** How the two sides of a binary operation find each other. */
export interface VectorMatching {
  readonly on: boolean;
  readonly labels: readonly string[];
  readonly cardinality: "one-to-one" | "many-to-one" | "one-to-many" | "many-to-many";
  /** Labels that the "many" side takes over from the "one" side. */
  readonly include: readonly string[];
}

export interface BinaryExpr {
  readonly type: "binary";
  readonly op: string;
  readonly bool: boolean;
  readonly matching: VectorMatching;
  readonly left: Expr;
  readonly right: Expr;
}

/** A parsed PromQL expression. */
export type Expr =
  | { readonly type: "number"; readonly value: number }
  | { readonly type: "string"; readonly value: string }
  | { readonly type: "negate"; readonly expr: Expr }
  | SelectorExpr
  | MatrixExpr
  | SubqueryExpr
  | CallExpr
  | AggregateExpr
  | BinaryExpr;
