import { CommandError } from "@/cli/command";
import { isRecord } from "@/lib/k8s/json-value";
import type { FieldPath } from "@/lib/yaml/field-path";
import { locate } from "@/lib/yaml/locate";
import { parseYaml, YAML_LIMITS, type YamlDocument, type YamlLimits } from "@/lib/yaml/parse";
import type { TextRange } from "@/lib/yaml/text-range";
import type { InputText } from "./read-inputs";

/** One value of a file: a document, or an item of a list. */
export interface FileValue {
  readonly file: string;
  readonly value: unknown;
  /** Length of its document in UTF-16 units. */
  readonly length: number;
  /** Keys that its document gives twice, of which the last one counts. */
  readonly repeatedKeys: readonly { readonly message: string; readonly range: TextRange }[];
  /** Where a field lies in the file. */
  readonly place: (path: FieldPath) => TextRange;
}

/** A file may hold a whole cluster, unlike a text in the editor. */
export const FILE_LIMITS: YamlLimits = {
  ...YAML_LIMITS,
  length: 256_000_000,
  values: 50_000_000,
  hasOldBooleans: true,
};

/** The values of a text, lists unfolded, empty documents left out. @throws CommandError when it is no YAML */
export function fileValues({ file, text }: InputText): readonly FileValue[] {
  const parsed = parseYaml(text, FILE_LIMITS);
  const fatal = parsed.problems.find(({ isRepeatedKey }) => !isRepeatedKey);
  if (fatal) throw unreadable(file, fatal.range, fatal.message);
  return parsed.documents.flatMap((document): readonly FileValue[] => {
    const { value, extent } = document;
    if (value === null) return [];
    const placeBelow = (base: FieldPath) => (path: FieldPath) =>
      locate(parsed, document, [...base, ...path]).range;
    const common = {
      file,
      length: extent.end - extent.start,
      repeatedKeys: parsed.problems.filter(({ range }) => holds(parsed.lines, document, range)),
    };
    // What `kubectl get -o yaml` prints for more than one object.
    if (isRecord(value) && value["apiVersion"] === "v1" && value["kind"] === "List") {
      const items: readonly unknown[] = Array.isArray(value["items"]) ? value["items"] : [];
      return items.map((item, index) => ({
        ...common,
        value: item,
        place: placeBelow(["items", index]),
      }));
    }
    return [{ ...common, value, place: placeBelow([]) }];
  });
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
