import { isRecord } from "@/lib/k8s/json-value";
import { jsonPath } from "./json-path";
import type { Column } from "./resource-type";
import { humanAge } from "./human-age";

const TYPES = ["string", "integer", "number", "boolean", "date"] as const;

/** The name of the object, as the first column of most tables. */
export const NAME: Column = {
  name: "Name",
  type: "string",
  format: "name",
  description: "Name must be unique within a namespace.",
  priority: 0,
  cell: ({ metadata }) => metadata.name,
};

/** The age of the object, as the last column of most tables. */
export const AGE: Column = {
  name: "Age",
  type: "date",
  description: "The time since the object was created.",
  priority: 0,
  cell: ({ metadata }, now) => humanAge(metadata.creationTimestamp, now),
};

/** The columns of a custom kind: its name, then its additionalPrinterColumns, or else its age. */
export function customColumns(additional: unknown): readonly Column[] {
  const columns = Array.isArray(additional) ? additional.filter(isRecord) : [];
  if (columns.length === 0) return [NAME, AGE];
  return [NAME, ...columns.map(columnOf)];
}

function columnOf(column: Readonly<Record<string, unknown>>): Column {
  const type = TYPES.find((known) => known === column.type) ?? "string";
  const read = jsonPath(typeof column.jsonPath === "string" ? column.jsonPath : "");
  return {
    name: String(column.name),
    type,
    description: typeof column.description === "string" ? column.description : "",
    priority: typeof column.priority === "number" ? column.priority : 0,
    cell: (object, now) => cellOf(read(object), type, now),
    ...(typeof column.format === "string" ? { format: column.format } : {}),
  };
}

function cellOf(
  values: readonly unknown[],
  type: Column["type"],
  now: number,
): string | number | boolean | undefined {
  if (values.length === 0) return undefined;
  const [first] = values;
  switch (type) {
    case "date":
      return humanAge(typeof first === "string" ? first : undefined, now);
    case "integer":
    case "number":
      return typeof first === "number" ? first : undefined;
    case "boolean":
      return typeof first === "boolean" ? first : undefined;
    case "string":
      return values.map(print).join(",");
  }
}

const print = (value: unknown): string =>
  typeof value === "string" ? value : JSON.stringify(value);
