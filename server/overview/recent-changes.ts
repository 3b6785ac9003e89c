import { type Instant, instant } from "@/lib/base/units";
import { CONFIG_KINDS, type KindId, type ObjectRef } from "@/lib/istio/kinds";
import type { KubeObject, ManagedFieldsEntry } from "@/lib/k8s/object";
import type { MeshView } from "@/lib/mesh/view";

/** The last time that somebody wrote an object of the mesh's configuration. */
export interface RecentChange {
  readonly ref: ObjectRef;
  readonly at: Instant;
  readonly what: "created" | "changed" | "being deleted";
  /** The field manager, as it named itself; undefined when the server kept none. */
  readonly who: string | undefined;
  /** What that manager holds by now, to the second level: `spec.http`. Not all of it need be new. */
  readonly fields: readonly string[];
}

/** Written within this time of its creation, an object was created, not changed. */
const CREATION_MS = 2_000;

/**
 * The newest changes first, one for each object, of all namespaces or of those given.
 *
 * The cluster keeps no history: `managedFields` tells each manager's last write only, so an object
 * is listed once, and one that was deleted is not listed.
 */
export function recentChanges(
  mesh: MeshView,
  { namespaces, limit }: { namespaces: readonly string[]; limit: number },
): RecentChange[] {
  const inScope = ({ ref }: RecentChange) =>
    namespaces.length === 0 || namespaces.includes(ref.namespace);
  return mesh.derive(allChanges).filter(inScope).slice(0, limit);
}

/** When somebody last wrote an object; undefined for one that is not there. */
export function changedAt(
  mesh: MeshView,
  { kind, namespace, name }: ObjectRef,
): Instant | undefined {
  const object = mesh.get(kind, namespace, name);
  return object && lastChange(kind, object)?.at;
}

function allChanges(mesh: MeshView): readonly RecentChange[] {
  return CONFIG_KINDS.flatMap((kind) =>
    mesh.list(kind).flatMap((object) => lastChange(kind, object) ?? []),
  ).sort((a, b) => b.at - a.at);
}

function lastChange(kind: KindId, object: KubeObject): RecentChange | undefined {
  const { name, namespace = "", creationTimestamp, deletionTimestamp } = object.metadata;
  const ref = { kind, namespace, name };
  const writes = (object.metadata.managedFields ?? [])
    .filter(({ subresource }) => subresource === undefined)
    .flatMap((entry) => {
      const at = timeOf(entry.time);
      return at === undefined ? [] : [{ entry, at }];
    });
  const write = writes.toSorted((a, b) => b.at - a.at)[0];
  const created = timeOf(creationTimestamp);
  const deleted = timeOf(deletionTimestamp);
  const at = deleted ?? write?.at ?? created;
  if (at === undefined) return undefined;
  const isNew = created !== undefined && at - created <= CREATION_MS;
  return {
    ref,
    at,
    what: deleted === undefined ? (isNew ? "created" : "changed") : "being deleted",
    who: write?.entry.manager,
    fields: isNew || !write ? [] : heldFields(write.entry),
  };
}

function timeOf(text: string | undefined): Instant | undefined {
  const at = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(at) ? undefined : instant(at);
}

/** The paths to the second level in a FieldsV1 set, whose keys are `f:<field>`. */
function heldFields({ fieldsV1 }: ManagedFieldsEntry): string[] {
  const fields = (set: unknown): [string, unknown][] =>
    typeof set === "object" && set !== null
      ? Object.entries(set).flatMap(([key, value]) =>
          key.startsWith("f:") ? [[key.slice(2), value]] : [],
        )
      : [];
  return fields(fieldsV1).flatMap(([outer, inner]) => {
    const names = fields(inner).map(([name]) => `${outer}.${name}`);
    return names.length > 0 ? names : [outer];
  });
}
