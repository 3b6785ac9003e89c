import { type Document, isMap, isScalar, isSeq, type Node, Scalar } from "yaml";
import type { FieldPath } from "@/lib/yaml/field-path";
import { LineIndex } from "@/lib/yaml/text-range";
import { findPair } from "@/lib/yaml/walk";

/** Finds the line of a field of one object, 1-based; undefined where the text has no scalar there. */
export type FieldLines = (path: FieldPath) => number | undefined;

/** The lines of an object that a chunk is about. `line` is that of the chunk's first line. */
export function chunkLines(document: Document, text: string, line: number): FieldLines {
  const lines = new LineIndex(text);
  return (path) => {
    const node = scalarAt(document.contents, path);
    return node?.range ? line - 1 + lines.position(node.range[0]).line : undefined;
  };
}

/** The scalar at a path; neither aliases nor merges are followed. */
function scalarAt(root: unknown, path: FieldPath): Scalar | undefined {
  let node = root;
  for (const step of path) {
    if (isSeq(node) && typeof step === "number") node = node.items[step];
    else if (isMap(node)) node = findPair(node, String(step))?.value;
    else return undefined;
  }
  return isScalar(node) ? node : undefined;
}

/**
 * The lines of an item of a List. istioctl prints the item anew before it looks at lines: empty
 * lines go, and what was written in braces stands on one line. `line` is that of the item's first
 * line in the new text.
 */
export function itemLines(item: Node, line: number): FieldLines {
  const printed = new Map<unknown, number>();
  print(item, line, printed);
  return (path) => {
    const node = scalarAt(item, path);
    return node && printed.get(node);
  };
}

/** Notes the line of each scalar; returns the line behind the node. */
function print(node: unknown, line: number, printed: Map<unknown, number>): number {
  if (isScalar(node)) {
    printed.set(node, line);
    return line + blockLines(node);
  }
  if ((!isMap(node) && !isSeq(node)) || node.items.length === 0) return line + 1;
  if (node.flow) {
    note(node, line, printed);
    return line + 1;
  }
  let at = line;
  for (const item of node.items) {
    if (isSeq(node)) at = print(item, at + commentLines(item), printed);
    else at = printPair(item, at, printed);
  }
  return at;
}

function printPair(pair: unknown, line: number, printed: Map<unknown, number>): number {
  const { key, value } = pair as { key: unknown; value: unknown };
  const at = line + commentLines(key);
  const block = (isMap(value) || isSeq(value)) && !value.flow && value.items.length > 0;
  if (block) return print(value, at + 1 + commentLines(value), printed);
  return Math.max(print(value, at, printed), at + 1);
}

/** Everything in braces stands on one line. */
function note(node: unknown, line: number, printed: Map<unknown, number>): void {
  if (isScalar(node)) printed.set(node, line);
  else if (isSeq(node)) for (const item of node.items) note(item, line, printed);
  else if (isMap(node)) for (const { value } of node.items) note(value, line, printed);
}

const commentLines = (node: unknown): number => {
  const comment = isMap(node) || isSeq(node) || isScalar(node) ? node.commentBefore : undefined;
  return comment ? comment.split("\n").filter((text) => text.trim() !== "").length : 0;
};

/** How many lines a text takes: one, or a head and its lines where it is a block. */
function blockLines(node: Scalar): number {
  if (node.type !== Scalar.BLOCK_LITERAL && node.type !== Scalar.BLOCK_FOLDED) return 1;
  return 1 + String(node.value).replace(/\n$/, "").split("\n").length;
}
