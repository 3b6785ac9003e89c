import { celProgram } from "./cel";
import { isRecord, type JsonRecord, sameJson } from "./json-value";
import { type FieldFault, fieldSchema, listKeys, type Schema, type ValidationRule } from "./schema";

/** A value and what stood in its place before; `old` is absent when the value is new. */
interface Change {
  readonly value: unknown;
  readonly old: unknown;
}

/**
 * What the CEL rules of a schema (`x-kubernetes-validations`) find wrong with an object.
 * `old` is the object before an update: rules about `oldSelf` are for changes alone.
 */
export function celFaults(value: unknown, schema: Schema, old?: unknown): readonly FieldFault[] {
  const faults: FieldFault[] = [];
  if (hasRules(schema)) walk({ value, old }, schema, "", faults);
  return faults;
}

const withRules = new WeakMap<Schema, boolean>();

/** Whether a schema or any below it has rules: most do not, and need no walk. */
export function hasRules(schema: Schema): boolean {
  const known = withRules.get(schema);
  if (known !== undefined) return known;
  const { additionalProperties, items, properties = {} } = schema;
  const found =
    (schema["x-kubernetes-validations"]?.length ?? 0) > 0 ||
    (items !== undefined && hasRules(items)) ||
    (isRecord(additionalProperties) && hasRules(additionalProperties)) ||
    Object.values(properties).some(hasRules);
  withRules.set(schema, found);
  return found;
}

function walk(change: Change, schema: Schema, path: string, faults: FieldFault[]): void {
  if (!hasRules(schema)) return;
  const { value, old } = change;
  if (value === null || value === undefined) return;
  const rules = schema["x-kubernetes-validations"] ?? [];
  if (rules.length > 0) {
    const self = toCel(value, schema);
    const oldSelf = old === undefined ? undefined : toCel(old, schema);
    for (const rule of rules) {
      const fault = judge(rule, { value, self, oldSelf }, path);
      if (fault) faults.push(fault);
    }
  }
  if (Array.isArray(value)) {
    const { items } = schema;
    if (!items) return;
    value.forEach((item: unknown, index) => {
      walk({ value: item, old: oldItem(item, old, schema) }, items, `${path}[${index}]`, faults);
    });
    return;
  }
  if (!isRecord(value)) return;
  const before = isRecord(old) ? old : {};
  for (const [field, inner] of Object.entries(value)) {
    const known = fieldSchema(schema, field);
    const isNamed = Object.hasOwn(schema.properties ?? {}, field);
    const at = isNamed ? (path ? `${path}.${field}` : field) : `${path}[${field}]`;
    if (known) walk({ value: inner, old: before[field] }, known, at, faults);
  }
}

/** The item of a list-map that had the same keys before; items of other lists have no past. */
function oldItem(item: unknown, old: unknown, schema: Schema): unknown {
  if (schema["x-kubernetes-list-type"] !== "map" || !Array.isArray(old)) return undefined;
  const keys = listKeys(item, schema);
  return old.find((candidate) => sameJson(listKeys(candidate, schema), keys)) as unknown;
}

/** A value as it is, and as CEL sees it; `oldSelf` is undefined when the value is new. */
interface Subject {
  readonly value: unknown;
  readonly self: unknown;
  readonly oldSelf: unknown;
}

function judge(
  rule: ValidationRule,
  { value, self, oldSelf }: Subject,
  path: string,
): FieldFault | undefined {
  const isTransition = /\boldSelf\b/.test(rule.rule);
  if (isTransition && oldSelf === undefined && !rule.optionalOldSelf) return undefined;
  const variables = isTransition ? { self, oldSelf: oldSelf ?? null } : { self };
  const field = `${path}${rule.fieldPath ?? ""}` || "<nil>";
  const reason = rule.reason ?? "FieldValueInvalid";
  try {
    if (celProgram(rule.rule)(variables) === true) return undefined;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const why = `${inGo(error.message)} evaluating rule: ${rule.message ?? rule.rule}`;
    return { reason, field, message: `Invalid value: "${typeName(value)}": ${why}` };
  }
  return { reason, field, message: worded(reason, value, messageOf(rule, variables)) };
}

/** The library's message as the one of Go's: the first line, beginning in lower case. */
const inGo = (text: string): string => {
  const [line = ""] = text.split("\n");
  const target = /^\w+\(\) type error: cannot convert to (\w+)$/.exec(line)?.[1];
  if (target !== undefined) return `type conversion error from 'string' to '${target}'`;
  return /^[A-Z][a-z]/.test(line) ? `${line.charAt(0).toLowerCase()}${line.slice(1)}` : line;
};

function messageOf(rule: ValidationRule, variables: JsonRecord): string {
  const standard = rule.message ?? `failed rule: ${rule.rule}`;
  if (!rule.messageExpression) return standard;
  try {
    const text = celProgram(rule.messageExpression)(variables);
    return typeof text === "string" && text.trim() ? text : standard;
  } catch (error) {
    // As the API server: an expression that fails leaves the plain message.
    if (error instanceof Error) return standard;
    throw error;
  }
}

function worded(reason: string, value: unknown, message: string): string {
  switch (reason) {
    case "FieldValueForbidden":
      return `Forbidden: ${message}`;
    case "FieldValueRequired":
      return `Required value: ${message}`;
    case "FieldValueDuplicate":
      return `Duplicate value: ${JSON.stringify(value)}`;
    default:
      return typeof value === "object"
        ? `Invalid value: ${message}`
        : `Invalid value: ${JSON.stringify(value)}: ${message}`;
  }
}

const typeName = (value: unknown): string =>
  Array.isArray(value)
    ? "array"
    : typeof value === "number"
      ? Number.isInteger(value)
        ? "integer"
        : "number"
      : typeof value;

const RESERVED = new Set(
  "true false null in as break const continue else for function if import let loop package namespace return var void while".split(
    " ",
  ),
);

/** The name under which CEL finds a field: symbols and reserved words are escaped. */
function escaped(field: string): string {
  if (RESERVED.has(field)) return `__${field}__`;
  return field
    .replaceAll("__", "__underscores__")
    .replaceAll(".", "__dot__")
    .replaceAll("-", "__dash__")
    .replaceAll("/", "__slash__");
}

/** The value as CEL sees it: whole numbers as `int`, and of objects only the fields in the schema. */
function toCel(value: unknown, schema: Schema): unknown {
  if (typeof value === "number") {
    const isInt = schema.type === "integer" || schema["x-kubernetes-int-or-string"] === true;
    return isInt && Number.isInteger(value) ? BigInt(value) : value;
  }
  if (Array.isArray(value)) {
    const { items } = schema;
    return items ? value.map((item) => toCel(item, items)) : value;
  }
  if (!isRecord(value)) return value;
  const { properties } = schema;
  const entries = Object.entries(value).flatMap(([field, inner]) => {
    const known = fieldSchema(schema, field);
    if (!known || inner === undefined) return [];
    const named = properties !== undefined && Object.hasOwn(properties, field);
    return [[named ? escaped(field) : field, toCel(inner, known)] as const];
  });
  return Object.fromEntries(entries);
}
