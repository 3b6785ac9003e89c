import { type Document, isMap, isPair, isScalar, isSeq, YAMLParseError } from "yaml";

/**
 * The keys that a mapping of the document gives again, as the library's own check tells them. That
 * one compares each key with each other, which takes half a minute for a mapping of 20,000.
 */
export function* repeatedKeys(document: Document.Parsed): Iterable<YAMLParseError> {
  yield* below(document.contents);
}

function* below(node: unknown): Iterable<YAMLParseError> {
  if (isSeq(node)) for (const item of node.items) yield* below(item);
  if (!isMap(node)) return;
  const seen = new Set<unknown>();
  for (const { key, value } of node.items.filter(isPair)) {
    yield* below(key);
    yield* below(value);
    if (!isScalar(key)) continue;
    const at = key.range?.[0] ?? 0;
    if (seen.has(key.value)) {
      yield new YAMLParseError([at, at + 1], "DUPLICATE_KEY", "Map keys must be unique");
    }
    seen.add(key.value);
  }
}
