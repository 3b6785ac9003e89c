import type { KubeObject } from "./object";
import { isFaultless } from "./plain-check";
import type { FieldFault, Schema } from "./schema";
import { celFaults, hasRules } from "./schema-cel";
import { validate } from "./schema-validate";

/** Faults after which the rules in CEL are not tried: they count on the shape of what they see. */
const BLOCKING = new Set([
  "FieldValueNotSupported",
  "FieldValueRequired",
  "FieldValueTooLong",
  "FieldValueTooMany",
  "FieldValueTypeInvalid",
]);

const isBlocking = ({ reason }: FieldFault): boolean => BLOCKING.has(reason);

const FAULTLESS: SchemaFaults = { schema: [], cel: [] };

const NOT_CHECKED: FieldFault = {
  reason: "FieldValueInvalid",
  field: "<nil>",
  message:
    "Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation",
};

/** What a custom kind's schema finds wrong with an object. */
interface SchemaFaults {
  readonly schema: readonly FieldFault[];
  /** Of the rules in CEL. */
  readonly cel: readonly FieldFault[];
}

/**
 * Validates an object whose defaults are filled in as the API server does. `live` is the object
 * before an update, `others` what is wrong with its metadata. If these or the schema refuse it
 * badly, a last fault says that CEL was not asked.
 */
export function schemaFaults(
  object: KubeObject,
  schema: Schema,
  { live, others }: { live: KubeObject | undefined; others: readonly FieldFault[] },
): SchemaFaults {
  if (!live && isFaultless(object, schema) && !others.some(isBlocking)) return FAULTLESS;
  const faults = validate(object, schema);
  if (!hasRules(schema)) return { schema: faults, cel: [] };
  return [...others, ...faults].some(isBlocking)
    ? { schema: [...faults, NOT_CHECKED], cel: [] }
    : { schema: faults, cel: celFaults(object, schema, live) };
}
