import { Document, isCollection, parseAllDocuments, stringify, visit } from "yaml";
import { isRecord } from "@/lib/k8s/json-value";

const OPTIONS = {
  // What only YAML 1.1 takes for a boolean or a number is quoted: kubectl still reads it so.
  compat: "yaml-1.1",
  lineWidth: 0,
  indentSeq: false,
  aliasDuplicateObjects: false,
} as const;

/** A value as block YAML, in the style of kubectl: two spaces, lists not indented, no folding. */
export function toYaml(value: unknown): string {
  const document = new Document(value ?? null, { aliasDuplicateObjects: false });
  visit(document, {
    Scalar(_, scalar) {
      // The library's block text loses white space at its start.
      if (typeof scalar.value === "string" && /^\s/.test(scalar.value)) {
        scalar.type = "QUOTE_DOUBLE";
      }
    },
  });
  return stringify(document, OPTIONS);
}

/**
 * The documents of a text with a line for each field: braces become blocks, comments stay, and
 * lists of scalars stay as they are. A text that is no YAML stays as it is.
 */
export function unfoldYaml(text: string): string {
  const documents = [...parseAllDocuments(text)];
  if (documents.some(({ errors }) => errors.length > 0)) return text;
  const texts = documents.map((document) => {
    visit(document, {
      Map(_, map) {
        if (map.items.length > 0) map.flow = false;
      },
      Seq(_, list) {
        if (list.items.some(isCollection)) list.flow = false;
      },
    });
    return document.toString(OPTIONS).replace(/^---\n/, "");
  });
  return texts.join("---\n");
}

/** A value on one line: `{a: 1, b: [x]}`. */
export function toFlowYaml(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(toFlowYaml).join(", ")}]`;
  if (!isRecord(value)) return toScalarYaml(value);
  const pairs = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .map(([key, item]) => `${toScalarYaml(key)}: ${toFlowYaml(item)}`);
  return `{${pairs.join(", ")}}`;
}

const FLOW_MARKS = /[,[\]{}]/;

/** A string, number, boolean or null on one line, quoted where it must be anywhere in YAML. */
export function toScalarYaml(value: unknown): string {
  if (typeof value === "string" && FLOW_MARKS.test(value)) return JSON.stringify(value);
  const text = stringify(value ?? null, { ...OPTIONS, blockQuote: false }).replace(/\n$/, "");
  return text.includes("\n") ? JSON.stringify(value) : text;
}
