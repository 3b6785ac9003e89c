import { isRecord, type JsonRecord } from "./json-value";
import { plainRule } from "./plain-cel";
import { matchesPattern } from "./pattern-match";
import { listKeys, type Schema } from "./schema";
import { hasRules } from "./schema-cel";
import { applyDefaults } from "./schema-default";
import { fitsFormat, hasFormat } from "./schema-formats";
import { validate } from "./schema-validate";

/**
 * Whether an object surely has no fault: no unknown field, nothing that its schema refuses, no
 * broken rule in CEL, for an object that is created. False means only that the exact checks have to tell.
 * Nearly all objects are faultless, and this is many times as fast as telling why one is not.
 */
export function isFaultless(object: JsonRecord, schema: Schema): boolean {
  const filled = hasDefaults(schema) ? applyDefaults(object, schema) : object;
  return checkOf(schema, WHOLE)(filled);
}

type Check = (value: unknown) => boolean;

/** What an object has besides the fields of its schema, and `metadata` whatever it holds. */
const WHOLE: ReadonlySet<string> = new Set(["apiVersion", "kind", "metadata"]);
const NONE: ReadonlySet<string> = new Set();

const never: Check = () => false;
const always: Check = () => true;

const checks = new WeakMap<Schema, Check>();
const metadataChecks = new WeakMap<Schema, Check>();

function checkOf(schema: Schema, also: ReadonlySet<string> = NONE): Check {
  let check = checks.get(schema);
  if (!check) {
    check = compile(schema, also);
    checks.set(schema, check);
  }
  return check;
}

function compile(schema: Schema, also: ReadonlySet<string>): Check {
  if (schema["x-kubernetes-embedded-resource"]) return never;
  const tests = [
    typeTest(schema),
    enumTest(schema),
    ...combinationTests(schema),
    // Last, as they count on the shape of what they see.
    ...ruleTests(schema),
  ].filter((test) => test !== undefined);
  const inside = insideTest(schema, also);
  const isNullable = schema.nullable === true;
  return (value) => {
    if (value === null) return isNullable;
    for (const test of tests) if (!test(value)) return false;
    return inside(value);
  };
}

function typeTest(schema: Schema): Check | undefined {
  if (schema["x-kubernetes-int-or-string"]) {
    return (value) => typeof value === "string" || Number.isInteger(value);
  }
  switch (schema.type) {
    case "object":
      return isRecord;
    case "array":
      return Array.isArray;
    case "string":
    case "boolean":
    case "number": {
      const { type } = schema;
      return (value) => typeof value === type;
    }
    case "integer":
      return Number.isInteger;
    case undefined:
      return undefined;
    default:
      return never;
  }
}

function enumTest({ enum: known }: Schema): Check | undefined {
  if (!known) return undefined;
  const values = new Set(known);
  return (value) => values.has(value);
}

/** Parts that only say which fields are required, as nearly all do, need no report of faults. */
function combinationTests(schema: Schema): readonly (Check | undefined)[] {
  const { allOf, anyOf, oneOf, not } = schema;
  const any = schema["x-kubernetes-int-or-string"] ? undefined : anyOf;
  return [
    ...(allOf ?? []).map(partOf),
    any && someOf(any.map(partOf)),
    oneOf && oneTrueOf(oneOf.map(partOf)),
    not && notOf(partOf(not)),
  ];
}

const someOf =
  (parts: readonly Check[]): Check =>
  (value) =>
    parts.some((part) => part(value));
const oneTrueOf =
  (parts: readonly Check[]): Check =>
  (value) =>
    parts.reduce((count, part) => count + (part(value) ? 1 : 0), 0) === 1;
const notOf =
  (part: Check): Check =>
  (value) =>
    !part(value);

const COMBINATION: ReadonlySet<string> = new Set(["required", "allOf", "anyOf", "oneOf", "not"]);

/** Whether a value fits a part of a combination: exact, unlike a check. */
function partOf(part: Schema): Check {
  if (!Object.keys(part).every((keyword) => COMBINATION.has(keyword))) {
    return (value) => validate(value, part).length === 0;
  }
  const { required = [] } = part;
  const others = combinationTests(part).filter((test) => test !== undefined);
  return (value) =>
    (!isRecord(value) || required.every((field) => value[field] !== undefined)) &&
    others.every((test) => test(value));
}

const TRANSITION = /\boldSelf\b/;

/** Rules about changes say nothing of an object that is new. */
const ruleTests = (schema: Schema): readonly Check[] =>
  (schema["x-kubernetes-validations"] ?? [])
    .filter(({ rule, optionalOldSelf }) => optionalOldSelf || !TRANSITION.test(rule))
    .map(({ rule }) => plainRule(rule));

/** What the schema says of the inside of a value, by the value's type. */
function insideTest(schema: Schema, also: ReadonlySet<string>): Check {
  const [text, number, list, record] = [
    textTest(schema),
    numberTest(schema),
    listTest(schema),
    recordTest(schema, also),
  ];
  return (value) => {
    if (typeof value === "string") return text(value);
    if (typeof value === "number") return number(value);
    if (Array.isArray(value)) return list(value);
    return typeof value === "object" ? record(value as JsonRecord) : true;
  };
}

function textTest({ minLength, maxLength, pattern, format }: Schema): (text: string) => boolean {
  return (text) => {
    if (maxLength !== undefined && text.length > maxLength && charactersIn(text) > maxLength) {
      return false;
    }
    if (minLength !== undefined && charactersIn(text, minLength) < minLength) return false;
    if (pattern !== undefined && !matchesPattern(pattern, text)) return false;
    return format === undefined || hasFormat(text, format);
  };
}

/** In characters, not in UTF-16 units, unless a count up to `most` is all that matters. */
const charactersIn = (text: string, most = Infinity): number =>
  most <= 1 ? text.length : [...text].length;

function numberTest(schema: Schema): (value: number) => boolean {
  const { minimum = -Infinity, maximum = Infinity, multipleOf, format } = schema;
  return (value) => {
    if (schema.exclusiveMinimum ? value <= minimum : value < minimum) return false;
    if (schema.exclusiveMaximum ? value >= maximum : value > maximum) return false;
    if (multipleOf !== undefined && value % multipleOf !== 0) return false;
    return format === undefined || fitsFormat(value, format);
  };
}

function listTest(schema: Schema): (list: readonly unknown[]) => boolean {
  const { minItems = 0, maxItems = Infinity, items } = schema;
  const type = schema["x-kubernetes-list-type"];
  const isSet = type === "map" || type === "set" || schema.uniqueItems === true;
  const keepsAll = schema["x-kubernetes-preserve-unknown-fields"] === true;
  let check: Check | undefined;
  return (list) => {
    if (list.length < minItems || list.length > maxItems) return false;
    if (isSet && !areDistinct(list, schema)) return false;
    // What a schema without items holds, nobody knows.
    if (!items) return keepsAll || list.length === 0;
    check ??= checkOf(items);
    for (const item of list) if (!check(item)) return false;
    return true;
  };
}

function areDistinct(list: readonly unknown[], schema: Schema): boolean {
  const isMap = schema["x-kubernetes-list-type"] === "map";
  if (isMap && !list.every(isRecord)) return false;
  if (list.length < 2) return true;
  const texts = list.map((item) => JSON.stringify(isMap ? listKeys(item, schema) : item));
  return new Set(texts).size === list.length;
}

function recordTest(schema: Schema, also: ReadonlySet<string>): (value: JsonRecord) => boolean {
  const { required = [], properties = {}, additionalProperties: others } = schema;
  const { minProperties = 0, maxProperties = Infinity } = schema;
  const keepsAll = schema["x-kubernetes-preserve-unknown-fields"] === true || others === true;
  const known = new Map<string, Check>();
  const fieldCheck = (field: string): Check => {
    const own = Object.hasOwn(properties, field) ? properties[field] : undefined;
    if (also.has(field)) return own ? metadataCheck(own) : always;
    if (own) return checkOf(own);
    if (isRecord(others)) return checkOf(others);
    return keepsAll ? always : never;
  };
  return (value) => {
    let count = 0;
    for (const field of Object.keys(value)) {
      count++;
      const inner = value[field];
      if (inner === undefined) continue;
      let check = known.get(field);
      if (!check) {
        check = fieldCheck(field);
        if (known.size < MOST_FIELDS) known.set(field, check);
      }
      if (!check(inner)) return false;
    }
    if (count < minProperties || count > maxProperties) return false;
    for (const field of required) if (value[field] === undefined) return false;
    return true;
  };
}

/** Maps may have any keys: no more of them are remembered. */
const MOST_FIELDS = 200;

/** The frame of an object: its schema holds, but names no field. */
function metadataCheck(schema: Schema): Check {
  let check = metadataChecks.get(schema);
  if (!check) {
    check = hasRules(schema)
      ? never
      : (value) => value !== null && validate(value, schema).length === 0;
    metadataChecks.set(schema, check);
  }
  return check;
}

const defaults = new WeakMap<Schema, boolean>();

/** Whether a schema or any below it fills in a field. */
function hasDefaults(schema: Schema): boolean {
  const known = defaults.get(schema);
  if (known !== undefined) return known;
  const { properties = {}, items, additionalProperties } = schema;
  const fills = (inner: Schema): boolean => inner.default !== undefined || hasDefaults(inner);
  const found =
    Object.values(properties).some(fills) ||
    (items !== undefined && fills(items)) ||
    (isRecord(additionalProperties) && fills(additionalProperties));
  defaults.set(schema, found);
  return found;
}
