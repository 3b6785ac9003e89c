import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Pair,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import type { FieldPath } from "./field-path";
import type { OffsetRange } from "./text-range";
import { isMergeKey, keyText } from "./to-value";

/** A value in the syntax tree, and the pair or list that holds it. */
export interface TreeStep {
  readonly node: unknown;
  /** The `key: value` that holds the node, when a mapping does. */
  readonly pair: Pair | undefined;
  /** The collection that holds the node; undefined at the root. */
  readonly parent: YAMLMap | YAMLSeq | undefined;
  /** Whether an alias or a merge was followed on the way: then the text has another home. */
  readonly borrowed: boolean;
}

/**
 * Follows `path` from the root as far as it exists.
 * `steps` has one entry for the root and one for each step that exists.
 */
export function walk(tree: Document, path: FieldPath): readonly TreeStep[] {
  let current: TreeStep = {
    node: tree.contents,
    pair: undefined,
    parent: undefined,
    borrowed: false,
  };
  const steps = [current];
  for (const name of path) {
    const next = step(tree, current, name);
    if (!next) break;
    steps.push(next);
    current = next;
  }
  return steps;
}

function step(tree: Document, from: TreeStep, name: string | number): TreeStep | undefined {
  const { node, followed } = resolve(tree, from.node);
  const borrowed = from.borrowed || followed;
  if (isSeq(node) && typeof name === "number") {
    if (name >= node.items.length) return undefined;
    return { node: node.items[name], pair: undefined, parent: node, borrowed };
  }
  if (!isMap(node)) return undefined;
  const pair = findPair(node, String(name));
  if (pair) return { node: pair.value, pair, parent: node, borrowed };
  return mergedStep(tree, node, String(name));
}

/** The pair of this key; the last one when a faulty text repeats it, as the value has it. */
export function findPair(map: YAMLMap, name: string): Pair | undefined {
  return map.items.findLast(
    (pair) => isPair(pair) && !isMergeKey(pair.key) && keyText(pair.key) === name,
  );
}

function mergedStep(tree: Document, map: YAMLMap, name: string): TreeStep | undefined {
  for (const pair of map.items) {
    if (!isMergeKey(pair.key)) continue;
    const { node } = resolve(tree, pair.value);
    for (const source of isSeq(node) ? node.items : [node]) {
      const target = resolve(tree, source).node;
      if (!isMap(target)) continue;
      const found = findPair(target, name);
      if (found) return { node: found.value, pair: found, parent: target, borrowed: true };
    }
  }
  return undefined;
}

function resolve(tree: Document, node: unknown): { node: unknown; followed: boolean } {
  if (!isAlias(node)) return { node, followed: false };
  return { node: node.resolve(tree), followed: true };
}

/** The range of a node without white space behind it; undefined when the text has none of it. */
export function nodeRange(text: string, node: unknown): OffsetRange | undefined {
  if (!isCollection(node) && !isScalar(node) && !isAlias(node)) return undefined;
  if (!node.range) return undefined;
  const [start, valueEnd] = node.range;
  let end = valueEnd;
  while (end > start && /\s/.test(text.charAt(end - 1))) end--;
  return { start, end };
}
