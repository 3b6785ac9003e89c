import { isCollection, isMap, isScalar, isSeq } from "yaml";
import type { FieldPath } from "./field-path";
import {
  blockText,
  colonEnd,
  columnOf,
  contentEnd,
  dashes,
  entryColumn,
  indentRest,
  isBlock,
  isFlow,
  itemText,
  pairText,
  scalarText,
} from "./layout";
import type { YamlDocument } from "./parse";
import { toFlowYaml, toScalarYaml } from "./stringify";
import type { TextChange } from "./text-range";
import { nodeRange, type TreeStep, walk } from "./walk";

/** The change of the text that puts `value` at `path`; undefined when the tree has no place. */
export function planSet(
  text: string,
  document: YamlDocument,
  path: FieldPath,
  value: unknown,
): TextChange | undefined {
  const steps = walk(document.tree, path);
  const last = steps.at(-1);
  if (!last || steps.some(({ borrowed }) => borrowed)) return undefined;
  const missing = path.slice(steps.length - 1);
  const inFlow = steps.slice(0, -1).some(({ node }) => isFlow(node));
  const [name] = missing;
  if (name === undefined) return replace(text, document, last, { value, inFlow });
  if (isEmpty(last.node, inFlow)) {
    return replace(text, document, last, { value: nest(missing, value), inFlow });
  }
  const inner = nest(missing.slice(1), value);
  if (isMap(last.node) && typeof name === "string") {
    if (isFlow(last.node)) return addToFlow(text, last.node, pairInFlow(name, inner));
    const column = entryColumn(text, last.node);
    return column === undefined
      ? undefined
      : lineAt(text, contentEnd(text, last.node, 0), pairText(name, inner, column), column);
  }
  if (isSeq(last.node) && name === last.node.items.length) {
    return appendItem(text, last.node, inner);
  }
  return undefined;
}

/** The change that appends one item to a list that has items. */
export function appendItem(text: string, list: unknown, value: unknown): TextChange | undefined {
  if (!isSeq(list)) return undefined;
  if (isFlow(list)) return addToFlow(text, list, toFlowYaml(value));
  const column = entryColumn(text, list);
  return column === undefined
    ? undefined
    : lineAt(text, contentEnd(text, list, 0), itemText(value, column), column);
}

/** A new line of text where a line begins, or behind the end of a text without a line break. */
export function lineAt(text: string, at: number, line: string, column: number): TextChange {
  const content = " ".repeat(column) + line;
  return text.charAt(at - 1) === "\n" || at === 0
    ? { start: at, end: at, text: `${content}\n` }
    : { start: at, end: at, text: `\n${content}` };
}

function addToFlow(text: string, node: unknown, entry: string): TextChange | undefined {
  const range = nodeRange(text, node);
  if (!range || !isCollection(node)) return undefined;
  const last = node.items.at(-1);
  const end = isMap(node) ? flowPairEnd(text, node.items.at(-1)) : nodeRange(text, last)?.end;
  if (end === undefined) return { start: range.start + 1, end: range.start + 1, text: entry };
  return { start: end, end, text: `, ${entry}` };
}

function flowPairEnd(
  text: string,
  pair: { key: unknown; value: unknown } | undefined,
): number | undefined {
  if (!pair) return undefined;
  const value = nodeRange(text, pair.value);
  return (value && value.end > value.start ? value : nodeRange(text, pair.key))?.end;
}

const pairInFlow = (name: string, value: unknown): string =>
  `${toScalarYaml(name)}: ${toFlowYaml(value)}`;

function replace(
  text: string,
  document: YamlDocument,
  { node, pair, parent }: TreeStep,
  { value, inFlow }: { value: unknown; inFlow: boolean },
): TextChange | undefined {
  const range = nodeRange(text, node);
  const present = range !== undefined && range.end > range.start;
  if (pair) {
    const colon = colonEnd(text, pair);
    if (colon === undefined) return undefined;
    if (inFlow || (!isBlock(value) && present && !isBlockCollection(node))) {
      if (present) return { ...range, text: inFlow ? toFlowYaml(value) : inline(node, value) };
      return { start: colon, end: colon, text: ` ${toFlowYaml(value)}` };
    }
    return replaceInPair({ text, colon, node, parent }, value);
  }
  if (isSeq(parent)) {
    const dash = dashes(parent)[parent.items.indexOf(node)];
    if (inFlow || dash === undefined)
      return present ? { ...range, text: toFlowYaml(value) } : undefined;
    const line = isBlock(value)
      ? indentRest(
          blockText(value),
          present ? columnOf(text, range.start) : columnOf(text, dash) + 2,
        )
      : inline(node, value);
    return present
      ? { ...range, text: line }
      : { start: dash + 1, end: dash + 1, text: ` ${line}` };
  }
  return replaceRoot(text, document, range, value);
}

function replaceInPair(
  place: { text: string; colon: number; node: unknown; parent: TreeStep["parent"] },
  value: unknown,
): TextChange | undefined {
  const { text, colon, node, parent } = place;
  const range = nodeRange(text, node);
  const present = range !== undefined && range.end > range.start;
  const end = present ? range.end : colon;
  if (!isBlock(value)) return { start: colon, end, text: ` ${inline(node, value)}` };
  const outer = parent && entryColumn(text, parent);
  if (outer === undefined) return undefined;
  const column = Array.isArray(value) ? listColumn(text, node, outer) : outer + 2;
  const block = `${" ".repeat(column)}${indentRest(blockText(value), column)}`;
  if (present && isBlockCollection(node)) {
    const start = text.lastIndexOf("\n", range.start - 1) + 1;
    // What stands between the colon and the old block, a comment most likely, is kept.
    if (start > colon) return { start, end, text: block };
  }
  return { start: colon, end, text: `\n${block}` };
}

/** Where the dashes of a list go: where they were, else below the key, as kubectl writes. */
function listColumn(text: string, node: unknown, outer: number): number {
  return isSeq(node) && !isFlow(node) ? (entryColumn(text, node) ?? outer) : outer;
}

function replaceRoot(
  text: string,
  { extent }: YamlDocument,
  range: { start: number; end: number } | undefined,
  value: unknown,
): TextChange {
  const written = isBlock(value) ? blockText(value) : scalarText(value);
  if (range && range.end > range.start) return { ...range, text: written };
  const before = text.charAt(extent.end - 1);
  const lead = before === "" || before === "\n" || extent.end === 0 ? "" : "\n";
  return { start: extent.end, end: extent.end, text: `${lead}${written}\n` };
}

const isBlockCollection = (node: unknown): boolean => isCollection(node) && !isFlow(node);

/** A scalar in the quotes that the old one had. */
function inline(node: unknown, value: unknown): string {
  if (typeof value !== "string" || !isScalar(node)) return scalarText(value);
  const { type } = node;
  if (type === "QUOTE_DOUBLE") return JSON.stringify(value);

  if (type === "QUOTE_SINGLE" && !/[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]/.test(value)) {
    return `'${value.replaceAll("'", "''")}'`;
  }
  return scalarText(value);
}

function isEmpty(node: unknown, inFlow: boolean): boolean {
  if (node === null || node === undefined || (isScalar(node) && node.value === null)) return true;
  return isCollection(node) && node.items.length === 0 && !inFlow;
}

/** `value` inside the mappings and lists that `path` names. */
function nest(path: FieldPath, value: unknown): unknown {
  return path.reduceRight<unknown>(
    (inner, step) => (typeof step === "number" ? [inner] : { [step]: inner }),
    value,
  );
}
