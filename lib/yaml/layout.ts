import {
  type CST,
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Pair,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import { isRecord } from "@/lib/k8s/json-value";
import { toScalarYaml, toYaml } from "./stringify";
import { nodeRange } from "./walk";

/** 0-based column of an offset. */
export const columnOf = (text: string, offset: number): number =>
  offset - (text.lastIndexOf("\n", offset - 1) + 1);

/** The offset at which the line of `offset` starts. */
export const lineStart = (text: string, offset: number): number =>
  text.lastIndexOf("\n", offset - 1) + 1;

/** The offset of the line break that ends the line of `offset`, or the end of the text. */
function lineEnd(text: string, offset: number): number {
  const newline = text.indexOf("\n", offset);
  return newline < 0 ? text.length : newline;
}

/** Whether only white space stands between the start of the line and `offset`. */
export const startsLine = (text: string, offset: number): boolean =>
  /^\s*$/.test(text.slice(lineStart(text, offset), offset));

/** The offset behind the colon of a pair. */
export function colonEnd(text: string, pair: Pair): number | undefined {
  const key = nodeRange(text, pair.key);
  if (!key) return undefined;
  const colon = text.indexOf(":", key.end);
  return colon < 0 ? undefined : colon + 1;
}

/** The offsets of the dashes of a block list, one for each item. */
export function dashes(seq: YAMLSeq): readonly number[] {
  const token = seq.srcToken;
  if (token?.type !== "block-seq") return [];
  return token.items.flatMap(({ start }: CST.BlockSequence["items"][number]) =>
    start.filter(({ type }) => type === "seq-item-ind").map(({ offset }) => offset),
  );
}

/** Whether a collection is written in one line with brackets or braces. */
export const isFlow = (node: unknown): boolean => isCollection(node) && node.flow === true;

/** The column at which the entries of a block collection stand. */
export function entryColumn(text: string, node: YAMLMap | YAMLSeq): number | undefined {
  if (isSeq(node)) {
    const dash = dashes(node)[0];
    return dash === undefined ? undefined : columnOf(text, dash);
  }
  const key = nodeRange(text, node.items.find(isPair)?.key);
  return key && columnOf(text, key.start);
}

/**
 * The offset at which the line behind a node begins: past trailing comments on its last line, and
 * past the blank lines that a block scalar owns.
 */
export function contentEnd(text: string, node: unknown, fallback: number): number {
  if (isCollection(node) && !isFlow(node)) {
    const last = node.items.at(-1);
    if (isMap(node) && isPair(last)) {
      return contentEnd(text, last.value, colonEnd(text, last) ?? fallback);
    }
    if (isSeq(node)) return contentEnd(text, last, dashes(node).at(-1) ?? fallback);
  }
  if (isScalar(node) && (node.type === "BLOCK_LITERAL" || node.type === "BLOCK_FOLDED")) {
    return node.range?.[1] ?? fallback;
  }
  const range = nodeRange(text, node);
  const end = lineEnd(text, Math.max(range?.end ?? fallback, fallback));
  return Math.min(end + 1, text.length);
}

/** Prefixes each line but the first with `columns` spaces; empty lines stay empty. */
export const indentRest = (block: string, columns: number): string =>
  block.replace(/\n(?=[^\n])/g, `\n${" ".repeat(columns)}`);

/** A value as block YAML without its last line break. */
export const blockText = (value: unknown): string => toYaml(value).replace(/\n$/, "");

/** Whether a value needs lines of its own in block style. */
export const isBlock = (value: unknown): boolean =>
  Array.isArray(value) ? value.length > 0 : isRecord(value) && Object.keys(value).length > 0;

/** `key: value` as block YAML for a mapping whose keys stand at `column`. */
export function pairText(key: string, value: unknown, column: number): string {
  const name = toScalarYaml(key);
  if (!isBlock(value)) return `${name}: ${scalarText(value)}`;
  const inner = Array.isArray(value) ? column : column + 2;
  return `${name}:\n${" ".repeat(inner)}${indentRest(blockText(value), inner)}`;
}

/** `- value` as block YAML for a list whose dashes stand at `column`. */
export const itemText = (value: unknown, column: number): string =>
  `- ${isBlock(value) ? indentRest(blockText(value), column + 2) : scalarText(value)}`;

/** A scalar or empty collection on one line. */
export function scalarText(value: unknown): string {
  if (Array.isArray(value)) return "[]";
  return isRecord(value) ? "{}" : toScalarYaml(value);
}
