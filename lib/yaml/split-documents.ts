/** One document of a text, with the `---` line above it. */
export interface DocumentText {
  readonly text: string;
  /** Lines of the whole text above it. */
  readonly line: number;
}

const MARKED = /^(?:---|\.\.\.|%).*$/gm;

/**
 * The documents of a text, cut at its `---` lines and not read yet; each reads alone as it reads
 * in the whole. Undefined where that is not certain: with directives, with `...`, with a value on
 * a `---` line, and where lines do not end with `\n` alone.
 */
export function splitDocuments(text: string): readonly DocumentText[] | undefined {
  if (/[\r\ufeff]/.test(text)) return undefined;
  const documents: DocumentText[] = [];
  let start = 0;
  let line = 0;
  const cut = (end: number) => {
    const document = text.slice(start, end);
    if (document !== "") documents.push({ text: document, line });
    line += lineCount(document);
    start = end;
  };
  for (const { 0: marker, index } of text.matchAll(MARKED)) {
    if (!/^--- *(?:#.*)?$/.test(marker)) return undefined;
    cut(index);
  }
  cut(text.length);
  return documents;
}

function lineCount(text: string): number {
  let count = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) count++;
  return count;
}
