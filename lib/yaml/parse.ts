import { Composer, type CST, type Document, Lexer, Parser } from "yaml";
import { repeatedKeys } from "./repeated-keys";
import { LineIndex, type OffsetRange, type TextRange } from "./text-range";
import { toValue, type ValueLimits } from "./to-value";

/** One thing that is wrong with the text itself, before anybody asks what it means. */
interface YamlProblem {
  /** One sentence in plain words. */
  readonly message: string;
  readonly range: TextRange;
  /** The key that is given twice: all of the text could be read, and the last one counts. */
  readonly repeatedKey?: string;
}

/** One document of a text, as far as it could be read. */
export interface YamlDocument {
  /** Its JSON value; `null` when the document is empty. */
  readonly value: unknown;
  /** Where it lies in the text. */
  readonly extent: OffsetRange;
  /** The syntax tree, for `locate` and `edit` in this folder. */
  readonly tree: Document;
}

/** A text that was read: what could be understood, and what could not. */
export interface ParsedYaml {
  readonly text: string;
  readonly lines: LineIndex;
  readonly documents: readonly YamlDocument[];
  readonly problems: readonly YamlProblem[];
}

/** What a text may be at most. */
export interface YamlLimits extends ValueLimits {
  /** Length in UTF-16 units. */
  readonly length: number;
  /** Lists and mappings inside each other. */
  readonly depth: number;
}

/**
 * How long one value may be, in UTF-16 units: an API server reads no longer requests, and the library
 * takes hundreds of megabytes to read ten.
 */
const LONGEST_VALUE = 3 * 1024 * 1024;

/** Generous for configuration: etcd itself takes objects of at most 1.5 MiB. */
export const YAML_LIMITS: YamlLimits = {
  length: 1_500_000,
  depth: 100,
  aliases: 100,
  values: 200_000,
};

/**
 * Reads one or several documents. Never throws: half-typed text yields problems with their place
 * and the value of all that could still be read. A text beyond the limits yields one problem and
 * no document.
 */
export function parseYaml(text: string, limits: YamlLimits = YAML_LIMITS): ParsedYaml {
  const lines = new LineIndex(text);
  const refuse = (message: string, at: number): ParsedYaml => ({
    text,
    lines,
    documents: [],
    problems: [{ message, range: lines.range({ start: at, end: at }) }],
  });
  if (text.length > limits.length) {
    return refuse(
      `The text is ${text.length} characters long; at most ${limits.length} are read.`,
      0,
    );
  }
  const trees = compose(text, limits.depth);
  if (isRefusal(trees)) return refuse(trees.why, trees.at);
  const problems: YamlProblem[] = trees.flatMap(({ errors }) =>
    errors.map(({ code, message, pos: [start, end] }) => {
      const range = lines.range({ start, end });
      if (code !== "DUPLICATE_KEY") return { message: sentence(message), range };
      const repeatedKey = keyNameAt(text, start);
      return { message: `The key ${repeatedKey} is given twice.`, range, repeatedKey };
    }),
  );
  const documents = recovered(text, trees, limits.depth).map((tree): YamlDocument => {
    const { value, problems: unreadable } = toValue(tree, limits);
    for (const { message, start, end } of unreadable) {
      problems.push({ message, range: lines.range({ start, end }) });
    }
    return { value, tree, extent: { start: tree.range[0], end: tree.range[2] } };
  });
  return { text, lines, documents, problems };
}

type Tree = Document.Parsed;

/** The key of a mapping that begins at an offset, without its quotes. */
function keyNameAt(text: string, start: number): string {
  const key = /"[^"\\]*(?:\\.[^"\\]*)*"|'[^']*(?:''[^']*)*'|[^\n]*?(?=\s*(?::(?:\s|$)|$))/my;
  key.lastIndex = start;
  const [written = ""] = key.exec(text) ?? [];
  return written.replace(/^(["'])(.*)\1$/s, "$2");
}

/** Why a text is not read at all. */
interface Refusal {
  readonly why: string;
  /** The offset of the reason. */
  readonly at: number;
}

const isRefusal = (read: Refusal | readonly unknown[]): read is Refusal => !Array.isArray(read);

/** The syntax trees of the documents, or why there are none. */
function compose(text: string, depth: number): readonly Tree[] | Refusal {
  const tokens = readTokens(text, depth);
  if (isRefusal(tokens)) return tokens;
  const composer = new Composer({
    keepSourceTokens: true,
    prettyErrors: false,
    strict: true,
    uniqueKeys: false,
  });
  const trees = [...composer.compose(tokens, true, text.length)];
  for (const tree of trees) tree.errors.push(...repeatedKeys(tree));
  return trees;
}

/** As many words without a colon as a person leaves behind in one text. */
const RECOVERIES = 5;

/**
 * A word without a colon swallows the key on the next line: `ht⏎kind: x` reads as the one key
 * `ht kind`. The documents are then read as if that line were blank, so that the rest keeps its
 * meaning; all offsets stay what they are.
 */
function recovered(text: string, trees: readonly Tree[], depth: number): readonly Tree[] {
  let current = trees;
  let blanked = text;
  for (let attempt = 0; attempt < RECOVERIES; attempt++) {
    const fault = current
      .flatMap(({ errors }) => errors)
      .find(({ code }) => code === "MULTILINE_IMPLICIT_KEY");
    if (!fault) break;
    const start = fault.pos[0];
    const newline = blanked.indexOf("\n", start);
    if (newline < 0) break;
    blanked = blanked.slice(0, start) + " ".repeat(newline - start) + blanked.slice(newline);
    const next = compose(blanked, depth);
    if (isRefusal(next)) break;
    current = next;
  }
  return current;
}

/** The tokens of the text, or why it goes no further. */
function readTokens(text: string, depth: number): CST.Token[] | Refusal {
  const tokens: CST.Token[] = [];
  const parser = new Parser();
  for (const lexeme of new Lexer().lex(text)) {
    if (lexeme.length > LONGEST_VALUE && !lexeme.startsWith("#")) {
      const why = `A value is ${lexeme.length} characters long; an API server takes at most ${LONGEST_VALUE}.`;
      return { why, at: parser.offset };
    }
    for (const token of parser.next(lexeme)) tokens.push(token);
    // The composer recurses where the parser keeps a stack, so it must never see such a text.
    if (parser.stack.length > depth) {
      return { why: `Values are nested more than ${depth} levels deep.`, at: parser.offset };
    }
  }
  for (const token of parser.end()) tokens.push(token);
  return tokens;
}

const sentence = (message: string): string => (/[.!?]$/.test(message) ? message : `${message}.`);
