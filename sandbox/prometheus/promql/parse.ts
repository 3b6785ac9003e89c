import type { SyntaxNode } from "@lezer/common";
import { parser } from "@prometheus-io/lezer-promql";
import { AGGREGATIONS } from "./aggregate";
import { problemOf } from "./check";
import { parseDuration, parseNumber, parseString } from "./literals";
import { type LabelMatcher, labelMatcher, type MatchOperator } from "./matcher";
import { PromqlError } from "./promql-error";
import { children, EXPRESSIONS } from "./syntax-tree";
import type { AggregateExpr, BinaryExpr, Expr, SelectorExpr, VectorMatching } from "./syntax";

const MAX_QUERY_LENGTH = 100_000;

/**
 * Parses PromQL with the grammar that Prometheus' own editor uses.
 *
 * @throws PromqlError `bad_data` that names the place, for text that is not PromQL or that uses
 * what this store does not support.
 */
export function parsePromql(query: string): Expr {
  if (query.trim() === "")
    throw new PromqlError(
      "bad_data",
      "unknown position: parse error: no expression found in input",
    );
  if (query.length > MAX_QUERY_LENGTH) throw new PromqlError("bad_data", "the query is too long");
  const tree = parser.parse(query);
  tree.iterate({
    enter(node) {
      if (!node.type.isError) return;
      const called = /([a-zA-Z_]\w*)\s*$/.exec(query.slice(0, node.from));
      if (called && query[node.from] === "(") {
        const name = called[1] ?? "";
        throw parseError(query, called.index, `unknown function with name "${name}"`);
      }
      const near = query.slice(node.from, node.from + 20);
      const problem = near ? `unexpected ${JSON.stringify(near)}` : "unexpected end of input";
      throw parseError(query, node.from, problem);
    },
  });
  const root = tree.topNode.firstChild;
  if (!root)
    throw new PromqlError(
      "bad_data",
      "unknown position: parse error: no expression found in input",
    );
  return new Reader(query).expr(root);
}

/** Turns the syntax tree of one query into an expression. */
class Reader {
  constructor(private readonly query: string) {}

  /** An expression whose types fit together. @throws PromqlError */
  expr(node: SyntaxNode): Expr {
    const expr = this.read(node);
    const problem = problemOf(expr);
    if (problem !== undefined) throw this.refused(node, problem);
    return expr;
  }

  private read(node: SyntaxNode): Expr {
    switch (node.name) {
      case "ParenExpr":
        return this.expr(this.only(node));
      case "NumberDurationLiteral":
        return { type: "number", value: parseNumber(this.text(node)) };
      case "StringLiteral":
        return { type: "string", value: parseString(this.text(node)) };
      case "VectorSelector":
        return this.selector(node);
      case "MatrixSelector":
        return this.matrix(node);
      case "SubqueryExpr":
        return this.subquery(node);
      case "OffsetExpr":
        return this.shift(node, { offset: this.offset(this.child(node, "OffsetDurationExpr")) });
      case "StepInvariantExpr":
        return this.shift(node, { at: this.at(node) });
      case "UnaryExpr":
        return this.unary(node);
      case "BinaryExpr":
        return this.binary(node);
      case "AggregateExpr":
        return this.aggregate(node);
      case "FunctionCall":
        return this.call(node);
      default:
        throw this.unsupported(node);
    }
  }

  private selector(node: SyntaxNode): SelectorExpr {
    const matchers: LabelMatcher[] = [];
    const name = node.getChild("Identifier");
    if (name) matchers.push(labelMatcher("__name__", "=", this.text(name)));
    for (const child of children(node.getChild("LabelMatchers"))) {
      if (child.name === "QuotedLabelName") {
        matchers.push(labelMatcher("__name__", "=", parseString(this.text(child))));
        continue;
      }
      const label = child.getChild("LabelName") ?? child.getChild("QuotedLabelName");
      const op = this.text(this.child(child, "MatchOp")) as MatchOperator;
      const value = parseString(this.text(this.child(child, "StringLiteral")));
      const labelText = label ? this.text(label) : "";
      matchers.push(
        labelMatcher(
          label?.name === "QuotedLabelName" ? parseString(labelText) : labelText,
          op,
          value,
        ),
      );
    }
    if (matchers.every((matcher) => matcher.accepts(""))) {
      throw this.refused(node, "vector selector must contain at least one non-empty matcher");
    }
    return { type: "selector", matchers, offset: 0, at: undefined };
  }

  private matrix(node: SyntaxNode): Expr {
    const inner = this.expr(this.only(node));
    if (inner.type !== "selector") {
      throw this.refused(node, "ranges only allowed for vector selectors");
    }
    return {
      type: "matrix",
      selector: inner,
      range: this.duration(this.child(node, "DurationExpr")),
    };
  }

  private subquery(node: SyntaxNode): Expr {
    const [range, step] = node.getChildren("DurationExpr");
    if (!range) throw this.unsupported(node);
    return {
      type: "subquery",
      expr: this.expr(this.only(node)),
      range: this.duration(range),
      step: step ? this.duration(step) : 0,
      offset: 0,
      at: undefined,
    };
  }

  private shift(
    node: SyntaxNode,
    change: { offset?: number; at?: number | "start" | "end" },
  ): Expr {
    const inner = this.expr(this.only(node));
    if (inner.type === "matrix") return { ...inner, selector: { ...inner.selector, ...change } };
    if (inner.type === "selector" || inner.type === "subquery") return { ...inner, ...change };
    const what = "offset" in change ? "offset" : "@";
    throw this.refused(
      node,
      `${what} modifier must be preceded by an instant vector selector or range vector selector or a subquery`,
    );
  }

  private at(node: SyntaxNode): number | "start" | "end" {
    const edge = node.getChild("AtModifierPreprocessors");
    if (edge) return this.text(edge).startsWith("start") ? "start" : "end";
    return parseNumber(this.text(this.child(node, "NumberDurationLiteral"))) * 1_000;
  }

  private offset(node: SyntaxNode): number {
    const text = this.text(node).replaceAll(" ", "");
    return text.startsWith("-") ? -parseDuration(text.slice(1)) : parseDuration(text);
  }

  private duration(node: SyntaxNode): number {
    const literal = node.firstChild;
    if (!literal || literal.name !== "NumberDurationLiteralInDurationContext")
      throw this.unsupported(node);
    return parseDuration(this.text(literal));
  }

  private unary(node: SyntaxNode): Expr {
    const operator = this.text(this.child(node, "UnaryOp"));
    const inner = this.expr(this.only(node));
    return operator === "-" ? { type: "negate", expr: inner } : inner;
  }

  private binary(node: SyntaxNode): Expr {
    const parts = children(node);
    const [left, operator, right] = [parts[0], parts[1], parts.at(-1)];
    if (!left || !operator || !right) throw this.unsupported(node);
    const op = this.text(operator).toLowerCase();
    const base = this.expr(left);
    // The grammar takes a sign for a part of the number, but a power binds more tightly.
    const signed = op === "^" && base.type === "number" && this.text(left).startsWith("-");
    const expr: BinaryExpr = {
      type: "binary",
      op,
      bool: node.getChild("BoolModifier") !== null,
      matching: this.matching(node, op),
      left: signed ? { type: "number", value: -base.value } : base,
      right: this.expr(right),
    };
    return signed ? { type: "negate", expr } : expr;
  }

  private matching(node: SyntaxNode, op: string): VectorMatching {
    const clause = node.getChild("MatchingModifierClause");
    const isSet = op === "and" || op === "or" || op === "unless";
    const plain = isSet ? "many-to-many" : "one-to-one";
    if (!clause) return { on: false, labels: [], cardinality: plain, include: [] };
    const group = clause.getChild("GroupLeft") ?? clause.getChild("GroupRight");
    const lists = clause.getChildren("GroupingLabels");
    const include = group ? lists.filter((list) => list.from > group.from) : [];
    const labels = lists.filter((list) => !include.includes(list));
    const grouped = group?.name === "GroupLeft" ? "many-to-one" : "one-to-many";
    return {
      on: clause.getChild("On") !== null,
      labels: labels.flatMap((list) => this.labelNames(list)),
      cardinality: group ? grouped : plain,
      include: include.flatMap((list) => this.labelNames(list)),
    };
  }

  private aggregate(node: SyntaxNode): AggregateExpr {
    const op = this.text(this.child(node, "AggregateOp")).toLowerCase();
    if (!AGGREGATIONS.has(op)) {
      throw this.refused(node, `aggregation ${op} is not supported by the sandbox`);
    }
    const wanted = AGGREGATIONS.get(op) === undefined ? 1 : 2;
    const modifier = node.getChild("AggregateModifier");
    const body = children(this.child(node, "FunctionCallBody")).map((child) => this.expr(child));
    const expr = body.at(-1);
    if (!expr) throw this.refused(node, "no arguments for aggregate expression provided");
    if (body.length !== wanted) {
      throw this.refused(
        node,
        `wrong number of arguments for aggregate expression provided, expected ${wanted}, got ${body.length}`,
      );
    }
    return {
      type: "aggregate",
      op,
      expr,
      parameter: wanted === 2 ? body[0] : undefined,
      grouping: modifier ? this.labelNames(this.child(modifier, "GroupingLabels")) : [],
      without: Boolean(modifier?.getChild("Without")),
    };
  }

  private call(node: SyntaxNode): Expr {
    const name = this.text(this.child(node, "FunctionIdentifier"));
    const body = node.getChild("FunctionCallBody");
    return { type: "call", name, args: children(body).map((child) => this.expr(child)) };
  }

  private labelNames(node: SyntaxNode): string[] {
    return children(node).map((child) =>
      child.name === "QuotedLabelName" ? parseString(this.text(child)) : this.text(child),
    );
  }

  /** The expression inside a node that wraps one. */
  private only(node: SyntaxNode): SyntaxNode {
    const inner = children(node).find((child) => EXPRESSIONS.has(child.name));
    if (!inner) throw this.unsupported(node);
    return inner;
  }

  private child(node: SyntaxNode, name: string): SyntaxNode {
    const found = node.getChild(name);
    if (!found) throw this.unsupported(node);
    return found;
  }

  private text(node: SyntaxNode): string {
    return this.query.slice(node.from, node.to);
  }

  private unsupported(node: SyntaxNode): PromqlError {
    return this.refused(node, `${node.name} is not supported by the sandbox`);
  }

  private refused(node: SyntaxNode, problem: string): PromqlError {
    return parseError(this.query, node.from, problem);
  }
}

/** As Prometheus says where: line and column from 1. */
function parseError(query: string, offset: number, problem: string): PromqlError {
  const lines = query.slice(0, offset).split("\n");
  const column = (lines.at(-1)?.length ?? 0) + 1;
  return new PromqlError("bad_data", `${lines.length}:${column}: parse error: ${problem}`);
}
