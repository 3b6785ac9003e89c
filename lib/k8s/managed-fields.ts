import {
  difference,
  fieldsDocument,
  type FieldSet,
  fieldTexts,
  hasNoFields,
  intersection,
  NO_FIELDS,
  parseFields,
  union,
  withoutStep,
} from "./field-set";
import type { JsonRecord } from "./json-value";
import type { KubeObject, ManagedFieldsEntry } from "./object";
import type { Schema } from "./schema";
import { compare, fieldsOf, mergeApplied, removeFields } from "./typed-value";

/** Who writes, and how. */
export interface Writer {
  readonly manager: string;
  /** The version in which the object was sent. */
  readonly apiVersion: string;
  /** RFC 3339. */
  readonly time: string;
  /** The schema of the whole object. */
  readonly schema: Schema;
  /** `status` for writes of that subresource; else empty. */
  readonly subresource: string;
}

/** A field that somebody else owns and that an apply would change. */
export interface FieldConflict {
  /** `"kubectl"`, or `"ui" using v1` for a manager that does not apply. */
  readonly manager: string;
  /** `.spec.hosts`. */
  readonly field: string;
}

/** The outcome of an apply: the next object, or who is in the way. */
export type Applied =
  | { readonly object: KubeObject; readonly conflicts?: undefined }
  | { readonly conflicts: readonly FieldConflict[] };

interface Owner {
  readonly entry: ManagedFieldsEntry;
  readonly fields: FieldSet;
}

/** What only the server sets is nobody's. */
const UNOWNED = [
  "name",
  "namespace",
  "creationTimestamp",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
  "selfLink",
  "uid",
  "generation",
  "managedFields",
  "resourceVersion",
];

function ownable(object: KubeObject): JsonRecord {
  const { apiVersion: _, kind: __, metadata, ...rest } = object;
  const kept = Object.entries(metadata).filter(([field]) => !UNOWNED.includes(field));
  return { ...rest, ...(kept.length > 0 ? { metadata: Object.fromEntries(kept) } : {}) };
}

const ownersOf = (object: KubeObject): readonly Owner[] =>
  (object.metadata.managedFields ?? []).map((entry) => ({
    entry,
    fields: parseFields(entry.fieldsV1),
  }));

const isSame = (entry: ManagedFieldsEntry, writer: Writer, operation: string): boolean =>
  entry.manager === writer.manager &&
  entry.operation === operation &&
  (entry.subresource ?? "") === writer.subresource &&
  (operation === "Apply" || entry.apiVersion === writer.apiVersion);

const entryOf = (writer: Writer, operation: "Apply" | "Update"): ManagedFieldsEntry => ({
  manager: writer.manager,
  operation,
  apiVersion: writer.apiVersion,
  time: writer.time,
  fieldsType: "FieldsV1",
  ...(writer.subresource ? { subresource: writer.subresource } : {}),
});

const withOwners = (object: KubeObject, owners: readonly Owner[]): KubeObject => {
  const managedFields = owners
    .filter(({ fields }) => !hasNoFields(fields))
    .map(({ entry, fields }) => ({ ...entry, fieldsV1: fieldsDocument(fields) }));
  const { managedFields: _, ...metadata } = object.metadata;
  return {
    ...object,
    metadata: { ...metadata, ...(managedFields.length > 0 ? { managedFields } : {}) },
  };
};

/** The fields that a write of the object, or of its status, can own. */
const inScope = (fields: FieldSet, { subresource }: Writer): FieldSet =>
  withoutStep(
    subresource ? withoutStep(fields, "f:spec") : fields,
    subresource ? "f:metadata" : "f:status",
  );

/**
 * `next` with its managed fields: who updates owns what he changed, and the others lose it.
 * `live` is undefined for a new object.
 */
export function trackUpdate(
  live: KubeObject | undefined,
  next: KubeObject,
  writer: Writer,
): KubeObject {
  const before = live ? ownable(live) : {};
  const { changed, removed } = compare(before, ownable(next), writer.schema);
  const touched = union(changed, removed);
  // A client may reset the list, so the owners are those of the object that it sent.
  const owners = ownersOf(next);
  if (hasNoFields(touched)) return next;
  const own = owners.find(({ entry }) => isSame(entry, writer, "Update"));
  const mine = union(difference(own?.fields ?? NO_FIELDS, removed), changed);
  const others = owners
    .filter((owner) => owner !== own)
    .map(({ entry, fields }) => ({ entry, fields: difference(fields, touched) }));
  const entry = entryOf(writer, "Update");
  return withOwners(next, [...others, { entry, fields: mine }]);
}

/**
 * Server-side apply: lays `applied` over `live`, drops what its manager applied before and does not
 * any more, and notes the ownership. Fields of others stand in the way unless `force` is set.
 */
export function applyConfiguration(
  live: KubeObject,
  applied: KubeObject,
  writer: Writer,
  force: boolean,
): Applied {
  const { schema } = writer;
  const owners = ownersOf(live);
  const own = owners.find(({ entry }) => isSame(entry, writer, "Apply"));
  const others = owners.filter((owner) => owner !== own);
  const mine = inScope(fieldsOf(ownable(applied), schema), writer);
  const claimed = others.reduce((all, { fields }) => union(all, fields), mine);
  const merged = mergeApplied(live, applied, schema);
  const dropped = difference(own?.fields ?? NO_FIELDS, claimed);
  const pruned = hasNoFields(dropped) ? merged : removeFields(merged, dropped, claimed, schema);
  const next: KubeObject = { ...(pruned as KubeObject), kind: live.kind };
  const { changed, removed } = compare(ownable(live), ownable(next), schema);
  const conflicts = others.flatMap(({ entry, fields }) =>
    fieldTexts(intersection(fields, intersection(changed, mine))).map((field) => ({
      manager: managerText(entry),
      field,
    })),
  );
  if (conflicts.length > 0 && !force) return { conflicts };
  const lost = union(changed, removed);
  const kept = others.map(({ entry, fields }) => ({ entry, fields: difference(fields, lost) }));
  const entry = entryOf(writer, "Apply");
  return { object: withOwners(next, [...kept, { entry, fields: mine }]) };
}

function managerText({ manager, operation, apiVersion, subresource }: ManagedFieldsEntry): string {
  const name = JSON.stringify(manager);
  if (operation === "Apply") return name;
  return `${name}${subresource ? ` with subresource "${subresource}"` : ""} using ${apiVersion}`;
}

/** The object as if `writer` had made all of it: for objects that came to be without managed fields. */
export function ownedBy(object: KubeObject, writer: Writer): KubeObject {
  const fields = fieldsOf(ownable(object), writer.schema);
  return withOwners(object, [{ entry: entryOf(writer, "Update"), fields }]);
}
