import { isCollection } from "yaml";
import type { FieldPath } from "./field-path";
import type { ParsedYaml, YamlDocument } from "./parse";
import type { OffsetRange, TextRange } from "./text-range";
import { nodeRange, type TreeStep, walk } from "./walk";

/** Where a field lies in the user's text. */
export interface FieldLocation {
  /** What to underline: a scalar itself, else the key or first line of what holds it. */
  readonly range: TextRange;
  /** Whether the text has the field; if not, `range` is that of the nearest field around it. */
  readonly exact: boolean;
}

/** Finds the field at `path` in one document of a text. Never fails: an absent field has a home. */
export function locate(parsed: ParsedYaml, document: YamlDocument, path: FieldPath): FieldLocation {
  const steps = walk(document.tree, path);
  const exact = steps.length === path.length + 1;
  for (let index = steps.length - 1; index >= 0; index--) {
    const step = steps[index];
    const range = step && mark(parsed.text, step);
    if (range) return { range: parsed.lines.range(range), exact };
  }
  return { range: parsed.lines.range(firstLine(parsed.text, document.extent)), exact };
}

/** The range of the key alone; undefined for list items and absent fields. */
export function locateKey(
  parsed: ParsedYaml,
  document: YamlDocument,
  path: FieldPath,
): TextRange | undefined {
  const steps = walk(document.tree, path);
  if (steps.length !== path.length + 1) return undefined;
  const range = nodeRange(parsed.text, steps.at(-1)?.pair?.key);
  return range && parsed.lines.range(range);
}

function mark(text: string, { node, pair }: TreeStep): OffsetRange | undefined {
  const key = nodeRange(text, pair?.key);
  const value = nodeRange(text, node);
  if (key && (!value || value.start === value.end || isCollection(node))) return key;
  return value && firstLine(text, value);
}

function firstLine(text: string, { start, end }: OffsetRange): OffsetRange {
  const newline = text.indexOf("\n", start);
  return { start, end: newline < 0 || newline > end ? end : newline };
}
