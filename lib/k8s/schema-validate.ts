import { isRecord, type JsonRecord, sameJson } from "./json-value";
import { matchesPattern } from "./pattern-match";
import { type FieldFault, fieldPath, fieldSchema, listKeys, type Schema } from "./schema";
import { fitsFormat, hasFormat } from "./schema-formats";

/** What the schema finds wrong with an object, CEL rules aside. `path` is empty for a whole object. */
export function validate(value: unknown, schema: Schema, path = ""): readonly FieldFault[] {
  const faults: FieldFault[] = [];
  check(value, schema, path, faults);
  return faults;
}

/** The same schema, for an object that is valid for certain. */
const isValid = (value: unknown, schema: Schema, path: string): boolean =>
  validate(value, schema, path).length === 0;

const invalid = (field: string, value: unknown, why: string): FieldFault => ({
  reason: "FieldValueInvalid",
  field,
  message: `Invalid value: ${JSON.stringify(value)}: ${why}`,
});

function check(value: unknown, schema: Schema, path: string, faults: FieldFault[]): void {
  if (value === null && schema.nullable) return;
  const type = typeName(value);
  if (!hasType(value, type, schema)) {
    const wanted = schema["x-kubernetes-int-or-string"] ? "integer or string" : schema.type;
    faults.push({
      reason: "FieldValueTypeInvalid",
      field: path || "<nil>",
      message: `Invalid value: "${type}": ${path} in body must be of type ${wanted}: "${type}"`,
    });
    return;
  }
  if (schema.enum && !schema.enum.some((known) => sameJson(known, value))) {
    const known = schema.enum.map((text) => JSON.stringify(text)).join(", ");
    faults.push({
      reason: "FieldValueNotSupported",
      field: path,
      message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${known}`,
    });
  }
  if (typeof value === "string") checkString(value, schema, path, faults);
  else if (typeof value === "number") checkNumber(value, schema, path, faults);
  else if (Array.isArray(value)) checkList(value, schema, path, faults);
  else if (isRecord(value)) checkObject(value, schema, path, faults);
  checkCombinations(value, schema, path, faults);
}

function typeName(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value;
}

function hasType(value: unknown, type: string, schema: Schema): boolean {
  if (schema["x-kubernetes-int-or-string"]) return type === "integer" || type === "string";
  if (schema.type === undefined) return value !== null || schema.nullable !== false;
  return schema.type === type || (schema.type === "number" && type === "integer");
}

function checkString(value: string, schema: Schema, path: string, faults: FieldFault[]): void {
  const { minLength, maxLength, pattern, format } = schema;
  // In characters, not in UTF-16 units.
  const length = minLength === undefined && maxLength === undefined ? 0 : [...value].length;
  // As the API server: of these three, only the first that fails is told.
  if (maxLength !== undefined && length > maxLength) {
    faults.push({
      reason: "FieldValueTooLong",
      field: path,
      message: `Too long: may not be more than ${maxLength} bytes`,
    });
  } else if (minLength !== undefined && length < minLength) {
    faults.push(invalid(path, value, `${path} in body should be at least ${minLength} chars long`));
  } else if (pattern !== undefined && !matchesPattern(pattern, value)) {
    faults.push(invalid(path, value, `${path} in body should match '${pattern}'`));
  }
  if (format !== undefined && !hasFormat(value, format)) {
    faults.push({
      reason: "FieldValueInvalid",
      field: path,
      message: `Invalid value: ${JSON.stringify(value)}: ${path} in body must be of type ${format}: ${JSON.stringify(value)}`,
    });
  }
}

function checkNumber(value: number, schema: Schema, path: string, faults: FieldFault[]): void {
  const { minimum, maximum, multipleOf, format } = schema;
  if (format !== undefined && !fitsFormat(value, format)) {
    const words = `Checked value must be of type integer with format ${format} in ${path}`;
    faults.push({ ...invalid("<nil>", "", words), at: path });
  }
  const low = schema.exclusiveMinimum === true;
  if (minimum !== undefined && (low ? value <= minimum : value < minimum)) {
    const words = low ? "greater than" : "greater than or equal to";
    faults.push(invalid(path, value, `${path} in body should be ${words} ${minimum}`));
  }
  const high = schema.exclusiveMaximum === true;
  if (maximum !== undefined && (high ? value >= maximum : value > maximum)) {
    const words = high ? "less than" : "less than or equal to";
    faults.push(invalid(path, value, `${path} in body should be ${words} ${maximum}`));
  }
  if (multipleOf !== undefined && value % multipleOf !== 0) {
    faults.push(invalid(path, value, `${path} in body should be a multiple of ${multipleOf}`));
  }
}

function checkList(
  list: readonly unknown[],
  schema: Schema,
  path: string,
  faults: FieldFault[],
): void {
  const { minItems, maxItems, items } = schema;
  const count = list.length;
  if (minItems !== undefined && count < minItems) {
    faults.push(invalid(path, count, `${path} in body should have at least ${minItems} items`));
  }
  if (maxItems !== undefined && count > maxItems) faults.push(tooMany(path, count, maxItems));
  if (items) list.forEach((item, index) => check(item, items, `${path}[${index}]`, faults));
  checkDuplicates(list, schema, path, faults);
}

const tooMany = (field: string, count: number, most: number): FieldFault => ({
  reason: "FieldValueTooMany",
  field,
  message: `Too many: ${count}: must have at most ${most} item${most === 1 ? "" : "s"}`,
});

function checkDuplicates(
  list: readonly unknown[],
  schema: Schema,
  path: string,
  faults: FieldFault[],
): void {
  const type = schema["x-kubernetes-list-type"];
  if (type !== "map" && type !== "set" && !schema.uniqueItems) return;
  const seen = new Map<string, number>();
  list.forEach((item, index) => {
    if (type === "map" && !isRecord(item)) {
      const words = "must be an object for an array of list-type map";
      if (item !== null) faults.push(invalid(`${path}[${index}]`, item, words));
      return;
    }
    const text = JSON.stringify(type === "map" ? listKeys(item, schema) : item);
    const times = seen.get(text) ?? 0;
    seen.set(text, times + 1);
    // What comes a third time is not told again.
    if (times === 1) {
      faults.push({
        reason: "FieldValueDuplicate",
        field: `${path}[${index}]`,
        message: `Duplicate value: ${text}`,
      });
    }
  });
}

function checkObject(value: JsonRecord, schema: Schema, path: string, faults: FieldFault[]): void {
  const { minProperties, maxProperties, required = [] } = schema;
  const count = Object.keys(value).length;
  if (minProperties !== undefined && count < minProperties) {
    const words = `${path} in body should have at least ${minProperties} properties`;
    faults.push(invalid(path, count, words));
  }
  if (maxProperties !== undefined && count > maxProperties) {
    faults.push(tooMany(path, count, maxProperties));
  }
  for (const field of required) {
    if (value[field] !== undefined) continue;
    faults.push({
      reason: "FieldValueRequired",
      field: fieldPath(path, field),
      message: "Required value",
    });
  }
  for (const [field, inner] of Object.entries(value)) {
    const known = fieldSchema(schema, field);
    if (known && inner !== undefined) check(inner, known, fieldPath(path, field), faults);
  }
}

function checkCombinations(
  value: unknown,
  schema: Schema,
  path: string,
  faults: FieldFault[],
): void {
  const { allOf, anyOf, oneOf, not } = schema;
  const fail = (why: string) =>
    faults.push({
      reason: "FieldValueInvalid",
      field: "<nil>",
      message: `Invalid value: "": "${path}" ${why}`,
      at: path,
    });
  for (const part of allOf ?? []) check(value, part, path, faults);
  // Kubernetes writes int-or-string as anyOf of the two types beside its own extension.
  if (anyOf && !schema["x-kubernetes-int-or-string"]) {
    if (!anyOf.some((part) => isValid(value, part, path))) {
      fail("must validate at least one schema (anyOf)");
    }
  }
  if (oneOf) {
    const valid = oneOf.filter((part) => isValid(value, part, path)).length;
    if (valid === 0) fail("must validate one and only one schema (oneOf). Found none valid");
    if (valid > 1) {
      fail(`must validate one and only one schema (oneOf). Found ${valid} valid alternatives`);
    }
  }
  if (not && isValid(value, not, path)) fail("must not validate the schema (not)");
}
