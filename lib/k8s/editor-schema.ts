import { isRecord } from "./json-value";
import type { Schema } from "./schema";

/** A JSON schema (draft 7) for an editor's completion and hover. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** What an object's schema is good for in an editor: which kind it is, written how. */
export interface EditorSchemaOf {
  /** Every version that the cluster serves, the preferred one first. */
  readonly apiVersions: readonly string[];
  readonly kind: string;
  readonly namespaced: boolean;
}

/**
 * A CustomResourceDefinition's schema as an editor reads it: `apiVersion` and `kind` fixed, the
 * metadata that people write, Kubernetes' extensions in plain JSON schema, and no status.
 */
export function editorSchema(
  schema: Schema,
  { apiVersions, kind, namespaced }: EditorSchemaOf,
): JsonSchema {
  const {
    spec,
    status: _,
    apiVersion: _v,
    kind: _k,
    metadata: _m,
    ...others
  } = schema.properties ?? {};
  return {
    type: "object",
    ...(schema.description !== undefined && { description: schema.description }),
    properties: {
      apiVersion: { type: "string", enum: apiVersions, description: "The API group and version." },
      kind: { type: "string", enum: [kind], description: "What this object is." },
      metadata: metadataSchema(namespaced),
      ...(spec && { spec: convert(spec) }),
      ...Object.fromEntries(Object.entries(others).map(([name, own]) => [name, convert(own)])),
    },
    required: ["apiVersion", "kind", "metadata"],
    additionalProperties: false,
  };
}

const TEXTS = { type: "object", additionalProperties: { type: "string" } };

const metadataSchema = (namespaced: boolean): JsonSchema => ({
  type: "object",
  description: "How the object is called and marked.",
  properties: {
    name: { type: "string", description: "Unique among objects of this kind in the namespace." },
    ...(namespaced && { namespace: { type: "string", description: "Where the object lives." } }),
    labels: { ...TEXTS, description: "Marks that selectors look at." },
    annotations: { ...TEXTS, description: "Notes for tools and people." },
    ownerReferences: { type: "array", items: { type: "object" } },
    finalizers: { type: "array", items: { type: "string" } },
  },
  required: ["name"],
});

/** Keywords that mean the same in JSON schema. */
const KEPT = [
  "description",
  "enum",
  "pattern",
  "default",
  "minLength",
  "maxLength",
  "minItems",
  "maxItems",
  "minProperties",
  "maxProperties",
  "uniqueItems",
  "required",
  "multipleOf",
] as const satisfies readonly (keyof Schema)[];

function convert(schema: Schema): JsonSchema {
  const kept = Object.fromEntries(
    KEPT.filter((keyword) => schema[keyword] !== undefined).map((k) => [k, schema[k]]),
  );
  const type = schema["x-kubernetes-int-or-string"] ? ["integer", "string"] : schema.type;
  const nullable = schema.nullable && type !== undefined ? [...[type].flat(), "null"] : type;
  return {
    ...kept,
    ...(nullable !== undefined && { type: nullable }),
    ...bound("minimum", schema.minimum, schema.exclusiveMinimum),
    ...bound("maximum", schema.maximum, schema.exclusiveMaximum),
    ...(schema.items && { items: convert(schema.items) }),
    ...fieldsOf(schema),
  };
}

/** Draft 4 marks a bound as exclusive; since draft 6 the exclusive bound is one of its own. */
function bound(
  name: "minimum" | "maximum",
  value: number | undefined,
  exclusive: boolean | undefined,
): JsonSchema {
  if (value === undefined) return {};
  return exclusive
    ? { [`exclusive${name.charAt(0).toUpperCase()}${name.slice(1)}`]: value }
    : { [name]: value };
}

function fieldsOf(schema: Schema): JsonSchema {
  const { properties, additionalProperties } = schema;
  const open = schema["x-kubernetes-preserve-unknown-fields"] === true;
  return {
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, own]) => [name, convert(own)]),
      ),
    }),
    ...(isRecord(additionalProperties)
      ? { additionalProperties: convert(additionalProperties) }
      : properties && { additionalProperties: open || additionalProperties === true }),
  };
}
