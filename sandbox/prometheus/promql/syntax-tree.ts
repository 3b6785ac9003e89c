import type { SyntaxNode } from "@lezer/common";

/** The nodes of the grammar that are expressions. */
export const EXPRESSIONS = new Set([
  "ParenExpr",
  "NumberDurationLiteral",
  "StringLiteral",
  "VectorSelector",
  "MatrixSelector",
  "SubqueryExpr",
  "OffsetExpr",
  "StepInvariantExpr",
  "UnaryExpr",
  "BinaryExpr",
  "AggregateExpr",
  "FunctionCall",
]);

/** The children of a node, in order. */
export function children(node: SyntaxNode | null): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (let child = node?.firstChild ?? null; child; child = child.nextSibling) found.push(child);
  return found;
}
