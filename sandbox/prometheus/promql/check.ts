import { AGGREGATIONS } from "./aggregate";
import { COMPARISON } from "./binary";
import { SIGNATURES, TYPE_NAMES, type ValueType } from "./signatures";
import type { AggregateExpr, BinaryExpr, CallExpr, Expr } from "./syntax";

/** The type that an expression yields. */
export function typeOf(expr: Expr): ValueType {
  switch (expr.type) {
    case "number":
      return "scalar";
    case "string":
      return "string";
    case "negate":
      return typeOf(expr.expr);
    case "selector":
    case "aggregate":
      return "vector";
    case "matrix":
    case "subquery":
      return "matrix";
    case "call":
      return SIGNATURES.get(expr.name)?.returns ?? "vector";
    case "binary":
      return typeOf(expr.left) === "scalar" && typeOf(expr.right) === "scalar"
        ? "scalar"
        : "vector";
  }
}

const expected = (type: ValueType, where: string, got: Expr): string =>
  `expected type ${TYPE_NAMES[type]} in ${where}, got ${TYPE_NAMES[typeOf(got)]}`;

/** What is wrong with an expression in Prometheus' words, its parts being right; undefined if nothing is. */
export function problemOf(expr: Expr): string | undefined {
  switch (expr.type) {
    case "call":
      return callProblem(expr);
    case "aggregate":
      return aggregateProblem(expr);
    case "binary":
      return binaryProblem(expr);
    case "negate": {
      const type = typeOf(expr.expr);
      if (type === "scalar" || type === "vector") return undefined;
      return `unary expression only allowed on expressions of type scalar or instant vector, got "${TYPE_NAMES[type]}"`;
    }
    case "subquery": {
      const type = typeOf(expr.expr);
      if (type === "vector") return undefined;
      return `subquery is only allowed on instant vector, got ${TYPE_NAMES[type]} instead`;
    }
    default:
      return undefined;
  }
}

function callProblem({ name, args }: CallExpr): string | undefined {
  const signature = SIGNATURES.get(name);
  if (!signature) return `function "${name}" is not supported by the sandbox`;
  const most = signature.args.length;
  // Sources of label_join and the like may be left out altogether.
  const least = most - signature.optional - (signature.repeats ? 1 : 0);
  const call = `in call to "${name}", got ${args.length}`;
  if (least === most && !signature.repeats && args.length !== most) {
    return `expected ${most} argument(s) ${call}`;
  }
  if (args.length < least) return `expected at least ${least} argument(s) ${call}`;
  if (!signature.repeats && args.length > most)
    return `expected at most ${most} argument(s) ${call}`;
  for (const [index, arg] of args.entries()) {
    const type = signature.args[Math.min(index, most - 1)];
    if (type && typeOf(arg) !== type) return expected(type, `call to function "${name}"`, arg);
  }
  return undefined;
}

function aggregateProblem({ op, expr, parameter }: AggregateExpr): string | undefined {
  if (typeOf(expr) !== "vector") return expected("vector", "aggregation expression", expr);
  const wanted = AGGREGATIONS.get(op);
  if (wanted && parameter && typeOf(parameter) !== wanted) {
    return expected(wanted, "aggregation parameter", parameter);
  }
  return undefined;
}

function binaryProblem({ op, bool, matching, left, right }: BinaryExpr): string | undefined {
  const types = [typeOf(left), typeOf(right)];
  if (types.some((type) => type !== "scalar" && type !== "vector")) {
    return "binary expression must contain only scalar and instant vector types";
  }
  const compares = op in COMPARISON;
  if (bool && !compares) return "bool modifier can only be used on comparison operators";
  const scalars = types.filter((type) => type === "scalar").length;
  if (compares && !bool && scalars === 2) {
    return "comparisons between scalars must use BOOL modifier";
  }
  const isSet = op === "and" || op === "or" || op === "unless";
  if (isSet && scalars > 0) {
    return `set operator "${op}" not allowed in binary scalar expression`;
  }
  const plain = isSet ? "many-to-many" : "one-to-one";
  if (isSet && matching.cardinality !== plain) return `no grouping allowed for "${op}" operation`;
  const restricted = matching.on || matching.labels.length > 0 || matching.cardinality !== plain;
  if (scalars > 0 && restricted) return "vector matching only allowed between instant vectors";
  const twice = matching.on && matching.include.find((label) => matching.labels.includes(label));
  if (twice) return `label "${twice}" must not occur in ON and GROUP clause at once`;
  return undefined;
}
