import type { Schema } from "./schema";
import { anything, objectMeta, text } from "./schema-parts";

const known = new WeakMap<Schema, Schema>();

/** The schema with the fields that every object has: custom kinds leave their metadata open. */
export function wholeSchema(schema: Schema = anything): Schema {
  let whole = known.get(schema);
  if (!whole) {
    whole = {
      ...schema,
      properties: { ...schema.properties, apiVersion: text, kind: text, metadata: objectMeta },
    };
    known.set(schema, whole);
  }
  return whole;
}
