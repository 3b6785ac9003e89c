import { CommandError } from "@/cli/command";
import type { FieldPath } from "@/lib/yaml/field-path";
import { locate } from "@/lib/yaml/locate";
import {
  type ParsedYaml,
  parseYaml,
  YAML_LIMITS,
  type YamlDocument,
  type YamlLimits,
} from "@/lib/yaml/parse";
import { plainDocument } from "@/lib/yaml/plain-document";
import { PlainLines } from "@/lib/yaml/plain-line";
import { plainPlace } from "@/lib/yaml/plain-place";
import { splitDocuments } from "@/lib/yaml/split-documents";
import { LineIndex, type TextRange } from "@/lib/yaml/text-range";
import type { InputText } from "./read-inputs";

/** A file may hold a whole cluster, unlike a text in the editor. */
export const FILE_LIMITS = {
  ...YAML_LIMITS,
  length: 256_000_000,
  values: 50_000_000,
  hasOldBooleans: true,
} as const satisfies YamlLimits;

/** A document of a file. */
export interface FileDocument {
  readonly file: string;
  readonly value: unknown;
  /** In UTF-16 units. */
  readonly length: number;
  /** Keys that it gives twice, of which the last one counts. */
  readonly repeatedKeys: readonly RepeatedKey[];
  /** Where a field lies in the file. */
  readonly place: (path: FieldPath) => TextRange;
}

interface RepeatedKey {
  readonly message: string;
  /** Undefined for what is no such thing; texts with other faults have no documents. */
  readonly repeatedKey?: string;
  readonly range: TextRange;
}

/** The documents of a text. @throws CommandError when it is no YAML */
export const fileDocuments = (input: InputText): readonly FileDocument[] =>
  faultlessDocuments(input) ?? exactDocuments(input);

/**
 * The documents of a text that has no fault; undefined where it may have one. Nearly all of them
 * are read without their syntax trees, which take many times as long: a tree is made when
 * somebody asks for a place.
 */
function faultlessDocuments({ file, text }: InputText): readonly FileDocument[] | undefined {
  const pieces = splitDocuments(text);
  if (!pieces || text.length > FILE_LIMITS.length) return undefined;
  const documents: FileDocument[] = [];
  const lines = new PlainLines(FILE_LIMITS.hasOldBooleans);
  for (const { text: own, line } of pieces) {
    const value = plainDocument(own, lines);
    let parsed: ParsedYaml | undefined;
    if (value === undefined) {
      parsed = parseYaml(own, FILE_LIMITS);
      if (parsed.problems.length > 0 || parsed.documents.length > 1) return undefined;
    }
    documents.push({
      file,
      value: parsed ? (parsed.documents[0]?.value ?? null) : value,
      length: own.length,
      repeatedKeys: [],
      place: (path) => {
        const range = parsed ? undefined : plainPlace(own, path, lines);
        if (range) return below(line, new LineIndex(own).range(range));
        parsed ??= parseYaml(own, FILE_LIMITS);
        return below(line, placeIn(parsed, path));
      },
    });
  }
  return documents;
}

/** A place in the first document of a text. */
function placeIn(parsed: ParsedYaml, path: FieldPath): TextRange {
  const [document] = parsed.documents;
  return document ? locate(parsed, document, path).range : parsed.lines.range({ start: 0, end: 0 });
}

/** A place in a text that has so many lines above it. */
const below = (above: number, range: TextRange): TextRange => ({
  ...range,
  line: range.line + above,
  endLine: range.endLine + above,
});

function exactDocuments({ file, text }: InputText): readonly FileDocument[] {
  const parsed = parseYaml(text, FILE_LIMITS);
  const fatal = parsed.problems.find(({ repeatedKey }) => repeatedKey === undefined);
  if (fatal) throw unreadable(file, fatal.range, fatal.message);
  return parsed.documents.map((document) => ({
    file,
    value: document.value,
    length: document.extent.end - document.extent.start,
    repeatedKeys: parsed.problems.filter(({ range }) => holds(parsed.lines, document, range)),
    place: (path) => locate(parsed, document, path).range,
  }));
}

function holds(
  lines: { range(offsets: YamlDocument["extent"]): TextRange },
  { extent }: YamlDocument,
  { line }: TextRange,
): boolean {
  const around = lines.range(extent);
  return line >= around.line && line <= around.endLine;
}

/** An input that no command can go on with, in one line with its place. */
export const unreadable = (file: string, { line, column }: TextRange, what: string): CommandError =>
  new CommandError(`${file}:${line}:${column}: ${what.replace(/\s+/g, " ")}`);
