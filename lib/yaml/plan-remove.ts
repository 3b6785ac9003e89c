import { isMap, isPair, isSeq, type YAMLMap, type YAMLSeq } from "yaml";
import type { FieldPath } from "./field-path";
import { colonEnd, contentEnd, dashes, isFlow, lineStart, startsLine } from "./layout";
import type { YamlDocument } from "./parse";
import { planSet } from "./plan-set";
import type { TextChange } from "./text-range";
import { nodeRange, walk } from "./walk";

/** The change of the text that takes the field or item at `path` away. */
export function planRemove(
  text: string,
  document: YamlDocument,
  path: FieldPath,
): TextChange | undefined {
  const steps = walk(document.tree, path);
  const last = steps.at(-1);
  if (!last?.parent || steps.length !== path.length + 1 || last.borrowed) return undefined;
  const { parent } = last;
  if (parent.items.length === 1) {
    return planSet(text, document, path.slice(0, -1), isSeq(parent) ? [] : {});
  }
  const index = last.pair ? (parent.items as unknown[]).indexOf(last.pair) : Number(path.at(-1));
  const span = isFlow(parent) ? flowSpan(text, parent, index) : blockSpan(text, parent, index);
  return span && { ...span, text: "" };
}

function blockSpan(
  text: string,
  parent: YAMLMap | YAMLSeq,
  index: number,
): { start: number; end: number } | undefined {
  const entry = entryBounds(text, parent, index);
  if (!entry) return undefined;
  const { start, end } = entry;
  if (startsLine(text, start)) {
    const from = lineStart(text, start);
    // The last line of a text without a final line break takes the break before it along.
    return text.charAt(end - 1) === "\n" ? { start: from, end } : { start: from - 1, end };
  }
  // First entry on the line of its parent's dash: what follows moves up to it.
  const rest = /^\s*/.exec(text.slice(end));
  return { start, end: end + (rest?.[0].length ?? 0) };
}

function entryBounds(
  text: string,
  parent: YAMLMap | YAMLSeq,
  index: number,
): { start: number; end: number } | undefined {
  if (isSeq(parent)) {
    const dash = dashes(parent)[index];
    return dash === undefined
      ? undefined
      : { start: dash, end: contentEnd(text, parent.items[index], dash + 1) };
  }
  const pair = parent.items[index];
  const key = nodeRange(text, pair?.key);
  if (!pair || !key) return undefined;
  return { start: key.start, end: contentEnd(text, pair.value, colonEnd(text, pair) ?? key.end) };
}

function flowSpan(
  text: string,
  parent: YAMLMap | YAMLSeq,
  index: number,
): { start: number; end: number } | undefined {
  const bounds = (at: number) => {
    const item: unknown = parent.items[at];
    if (!isMap(parent) || !isPair(item)) return nodeRange(text, item);
    const key = nodeRange(text, item.key);
    const value = nodeRange(text, item.value);
    return key && { start: key.start, end: Math.max(key.end, value?.end ?? 0) };
  };
  const own = bounds(index);
  const next = bounds(index + 1);
  const before = bounds(index - 1);
  if (own && next) return { start: own.start, end: next.start };
  return own && before && { start: before.end, end: own.end };
}
