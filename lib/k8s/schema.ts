import { isRecord } from "./json-value";

/**
 * A structural schema as a CustomResourceDefinition holds it (OpenAPI v3 with Kubernetes' extensions).
 * Keywords that are not named here are kept, and not enforced.
 */
export interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly pattern?: string;
  readonly nullable?: boolean;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: boolean;
  readonly exclusiveMaximum?: boolean;
  readonly multipleOf?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly not?: Schema;
  readonly "x-kubernetes-preserve-unknown-fields"?: boolean;
  readonly "x-kubernetes-embedded-resource"?: boolean;
  readonly "x-kubernetes-int-or-string"?: boolean;
  readonly "x-kubernetes-list-type"?: "atomic" | "set" | "map";
  readonly "x-kubernetes-list-map-keys"?: readonly string[];
  readonly "x-kubernetes-map-type"?: "atomic" | "granular";
  readonly "x-kubernetes-validations"?: readonly ValidationRule[];
  /** Of built-in kinds: the field that tells a list's items apart in a strategic merge patch. */
  readonly "x-kubernetes-patch-merge-key"?: string;
  readonly "x-kubernetes-patch-strategy"?: string;
}

/** One CEL rule of a schema. */
export interface ValidationRule {
  readonly rule: string;
  readonly message?: string;
  readonly messageExpression?: string;
  readonly reason?: string;
  readonly fieldPath?: string;
  readonly optionalOldSelf?: boolean;
}

/** What is wrong with one field, in the words of the API server. */
export interface FieldFault {
  /** `FieldValueInvalid`, `FieldValueRequired`, … */
  readonly reason: string;
  /** `spec.http[0].route[0].weight`; `<nil>` when the fault has no place. */
  readonly field: string;
  readonly message: string;
  /** Where it is when `field` does not say so. */
  readonly at?: string;
}

/** The schema of a field of an object: its own, or that of all fields not named. */
export function fieldSchema(schema: Schema, field: string): Schema | undefined {
  const own = schema.properties;
  if (own && Object.hasOwn(own, field)) return own[field];
  return isRecord(schema.additionalProperties) ? schema.additionalProperties : undefined;
}

/** `path.field`, or `field` at the root. */
export const fieldPath = (path: string, field: string): string =>
  path ? `${path}.${field}` : field;

/** The values of a list-map's keys in one of its items; defaults stand in for absent ones. */
export function listKeys(item: unknown, schema: Schema): Readonly<Record<string, unknown>> {
  const keys = schema["x-kubernetes-list-map-keys"] ?? [];
  const record = isRecord(item) ? item : {};
  return Object.fromEntries(
    keys
      .map((key) => [key, record[key] ?? schema.items?.properties?.[key]?.default] as const)
      .filter(([, value]) => value !== undefined),
  );
}
