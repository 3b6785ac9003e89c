import { isRecord, type JsonRecord } from "@/lib/k8s/json-value";

/** A debug page made readable: `rows` have one text for each of `columns`. */
export interface DebugTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const MAX_CELL = 300;
const MAX_COLUMNS = 12;

/** A value in one line: texts as they are, lists with commas, anything deeper as JSON; cut at 300 characters. */
export function cellText(value: unknown): string {
  const text =
    value === undefined || value === null
      ? ""
      : typeof value === "string"
        ? value
        : Array.isArray(value) && value.every((item) => !isRecord(item) && !Array.isArray(item))
          ? value.join(", ")
          : JSON.stringify(value);
  return text.length > MAX_CELL ? `${text.slice(0, MAX_CELL)}…` : text;
}

/** Lists of objects as rows with a column for each field; anything else as a tree of fields. */
export function genericTable(value: unknown): DebugTable {
  if (Array.isArray(value) && value.length > 0 && value.every(isRecord)) {
    const columns = [...new Set(value.flatMap((row) => Object.keys(row)))].slice(0, MAX_COLUMNS);
    return { columns, rows: value.map((row) => columns.map((name) => cellText(row[name]))) };
  }
  return fieldTable(value);
}

/** Every leaf of a document, in its order, with the path to it; empty lists and objects are leaves. */
export function fieldTable(value: unknown): DebugTable {
  return { columns: ["Field", "Value"], rows: leaves(value, "") };
}

function leaves(value: unknown, path: string): (readonly string[])[] {
  const children: readonly (readonly [string, unknown])[] = Array.isArray(value)
    ? value.map((item: unknown, index) => [`${path}[${index}]`, item] as const)
    : isRecord(value)
      ? Object.entries(value).map(([name, item]) => [path === "" ? name : `${path}.${name}`, item])
      : [];
  if (children.length > 0) return children.flatMap(([at, item]) => leaves(item, at));
  if (path === "" && (value === null || isRecord(value) || Array.isArray(value))) return [];
  const empty = Array.isArray(value);
  return [[path === "" ? "–" : path, empty ? "[]" : cellText(value)]];
}

/** The records of a list; nothing of any other shape. */
export const records = (value: unknown): readonly JsonRecord[] =>
  Array.isArray(value) ? value.filter(isRecord) : [];

/** The fields of an object; nothing of any other shape. */
export const entries = (value: unknown): readonly (readonly [string, unknown])[] =>
  isRecord(value) ? Object.entries(value) : [];
