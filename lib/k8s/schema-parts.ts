import type { Schema } from "./schema";

type Fields = Readonly<Record<string, Schema>>;

/** A value of which we know the name only: everything in it is kept. */
export const any: Schema = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
/** A value of any type. */
export const anything: Schema = { "x-kubernetes-preserve-unknown-fields": true };
export const text: Schema = { type: "string" };
export const integer: Schema = { type: "integer" };
export const flag: Schema = { type: "boolean" };
export const time: Schema = { type: "string", format: "date-time" };
/** A number or a text, such as a port's. */
export const intOrString: Schema = { "x-kubernetes-int-or-string": true };

/** Several fields of one schema, named in one text. */
export const fields = (names: string, schema: Schema): Fields =>
  Object.fromEntries(names.split(" ").map((name) => [name, schema]));
export const texts = (names: string): Fields => fields(names, text);
export const integers = (names: string): Fields => fields(names, integer);
export const flags = (names: string): Fields => fields(names, flag);
/** Objects of which we know the name only. */
export const opaque = (names: string): Fields => fields(names, any);

/** An object with these fields and no other. */
export const object = (properties: Fields, required: readonly string[] = []): Schema => ({
  type: "object",
  properties,
  ...(required.length > 0 ? { required } : {}),
});

/** A list that is owned and replaced as a whole. */
export const list = (items: Schema): Schema => ({
  type: "array",
  items,
  "x-kubernetes-list-type": "atomic",
});

/** A list of texts without order, merged item by item. */
export const set = (items: Schema = text): Schema => ({
  type: "array",
  items,
  "x-kubernetes-list-type": "set",
  "x-kubernetes-patch-strategy": "merge",
});

/**
 * A list whose items are told apart by `keys`. Strategic merge patches know one key only, the first
 * unless `mergeKey` is given.
 */
export const listMap = (
  items: Schema,
  keys: readonly [string, ...string[]],
  mergeKey: string = keys[0],
): Schema => ({
  type: "array",
  items,
  "x-kubernetes-list-type": "map",
  "x-kubernetes-list-map-keys": keys,
  "x-kubernetes-patch-merge-key": mergeKey,
  "x-kubernetes-patch-strategy": "merge",
});

/** A map from text to values of one schema. */
export const map = (values: Schema = text): Schema => ({
  type: "object",
  additionalProperties: values,
});

/** A map that is owned and replaced as a whole. */
export const atomicMap = (values: Schema = text): Schema => ({
  ...map(values),
  "x-kubernetes-map-type": "atomic",
});

/** Conditions of a status, told apart by their type. */
export const conditions: Schema = listMap(
  object({
    ...texts("type status reason message"),
    ...fields("lastTransitionTime lastUpdateTime lastProbeTime lastHeartbeatTime", time),
    observedGeneration: integer,
  }),
  ["type"],
);

/** A label selector of a workload. */
export const labelSelector: Schema = {
  ...object({
    matchLabels: map(),
    matchExpressions: list(object({ ...texts("key operator"), values: list(text) })),
  }),
  "x-kubernetes-map-type": "atomic",
};

/** A reference to another object. */
export const reference: Schema = {
  ...object(texts("apiVersion kind namespace name uid resourceVersion fieldPath")),
  "x-kubernetes-map-type": "atomic",
};

/** The metadata of any object. */
export const objectMeta: Schema = object({
  ...texts("name generateName namespace selfLink uid resourceVersion"),
  ...integers("generation deletionGracePeriodSeconds"),
  ...fields("creationTimestamp deletionTimestamp", time),
  labels: map(),
  annotations: map(),
  finalizers: set(),
  ownerReferences: listMap(
    {
      ...object({
        ...texts("apiVersion kind name uid"),
        ...flags("controller blockOwnerDeletion"),
      }),
      "x-kubernetes-map-type": "atomic",
    },
    ["uid"],
  ),
  managedFields: list(any),
});
