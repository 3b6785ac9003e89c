import { isRecord, sameJson, without } from "@/lib/k8s/json-value";
import type { KubeObject, ObjectMeta } from "@/lib/k8s/object";
import { type ResourceType, storedApiVersion } from "./resource-type";
import { StatusError } from "./status-error";
import { generatedName, uniqueId } from "./unique-id";
import type { WriteOptions } from "./write-options";

/** Built-in kinds whose changes are counted in `metadata.generation`; custom kinds all are. */
const COUNTED = new Set([
  "Deployment",
  "ReplicaSet",
  "CustomResourceDefinition",
  "ValidatingWebhookConfiguration",
  "MutatingWebhookConfiguration",
]);

/** The time as Kubernetes stamps it: whole seconds. `now` is in ms since the epoch. */
export const stamp = (now: number): string => `${new Date(now).toISOString().slice(0, 19)}Z`;

const counted = (type: ResourceType): boolean => type.custom || COUNTED.has(type.kind);

const keepsStatus = (type: ResourceType): boolean => type.versions.some(({ status }) => status);

/** The object as it is stored when it is new, before validation. */
export function newborn(
  type: ResourceType,
  namespace: string,
  object: KubeObject,
  context: { now: number; random: () => number; options: WriteOptions },
): KubeObject {
  const given: Partial<ObjectMeta> = object.metadata;
  const { operation } = context.options;
  if (given.resourceVersion && given.resourceVersion !== "0" && operation !== "Apply") {
    // The real server's storage says so where nobody expects it: no reason, and a code of its own fault.
    throw new StatusError(500, "", "resourceVersion should not be set on objects to be created");
  }
  const { generateName } = given;
  const name =
    given.name || !generateName ? (given.name ?? "") : generatedName(generateName, context.random);
  const kept =
    context.options.part === "object" && keepsStatus(type)
      ? without(object, "status")
      : { ...object };
  return {
    ...kept,
    apiVersion: storedApiVersion(type),
    kind: type.kind,
    metadata: {
      ...without(
        { ...given },
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
        "selfLink",
        ...(context.options.operation === "Apply" ? [] : ["managedFields"]),
      ),
      name,
      ...(type.namespaced ? { namespace } : {}),
      uid: uniqueId(context.random),
      creationTimestamp: stamp(context.now),
      ...(counted(type) ? { generation: 1 } : {}),
    },
  };
}

/**
 * `wanted` as the successor of `live`: what only the server sets is restored, the part that the
 * write does not concern is kept, and the generation counted.
 */
export function successor(
  type: ResourceType,
  live: KubeObject,
  wanted: KubeObject,
  part: WriteOptions["part"],
): KubeObject {
  const separate = keepsStatus(type);
  const body = bodyOf(type, live, wanted, part);
  // The status subresource takes no change of metadata but the managed fields.
  const meta = part === "object" || part === "all" ? wanted.metadata : live.metadata;
  const { uid, creationTimestamp, generation, deletionTimestamp } = live.metadata;
  const next: KubeObject = {
    ...(body.status === undefined ? without(body, "status") : body),
    apiVersion: storedApiVersion(type),
    kind: type.kind,
    metadata: {
      ...without(
        { ...meta },
        "uid",
        "creationTimestamp",
        "generation",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
        "selfLink",
        "resourceVersion",
      ),
      name: live.metadata.name,
      ...(live.metadata.namespace ? { namespace: live.metadata.namespace } : {}),
      ...defined({ uid, creationTimestamp, generation, deletionTimestamp }),
      ...(deletionTimestamp ? { deletionGracePeriodSeconds: 0 } : {}),
    },
  };
  if (generation === undefined || part === "status" || sameSpec(live, next, separate)) return next;
  return { ...next, metadata: { ...next.metadata, generation: generation + 1 } };
}

/** What a write of one part of an object makes of it, its metadata apart. */
function bodyOf(
  type: ResourceType,
  live: KubeObject,
  wanted: KubeObject,
  part: WriteOptions["part"],
): KubeObject {
  if (part === "status") return { ...live, status: wanted.status };
  if (part === "finalize") {
    const { finalizers: _, ...spec } = recordOf(live.spec);
    const { finalizers } = recordOf(wanted.spec);
    return { ...live, spec: { ...spec, ...(finalizers === undefined ? {} : { finalizers }) } };
  }
  if (part !== "object") return wanted;
  // All that a namespace's spec holds are its finalizers, which only `finalize` takes away.
  const spec = type.key === "namespaces" ? { spec: live.spec } : {};
  return { ...wanted, ...spec, ...(keepsStatus(type) ? { status: live.status } : {}) };
}

const recordOf = (value: unknown) => (isRecord(value) ? value : {});

const defined = (fields: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

const sameSpec = (a: KubeObject, b: KubeObject, separate: boolean): boolean => {
  const apart = separate ? ["metadata", "status"] : ["metadata"];
  return sameJson(without(a, ...apart), without(b, ...apart));
};

/** Whether a write would change nothing: then nothing is stored and nobody is told. */
export function isSameObject(live: KubeObject, next: KubeObject): boolean {
  const comparable = (object: KubeObject) => ({
    ...object,
    metadata: {
      ...without({ ...object.metadata }, "resourceVersion"),
      managedFields: object.metadata.managedFields?.map((entry) => without({ ...entry }, "time")),
    },
  });
  return sameJson(comparable(live), comparable(next));
}

/** The object once its deletion was asked for but finalizers hold it. */
export function dying(live: KubeObject, now: number): KubeObject {
  const { generation } = live.metadata;
  return {
    ...live,
    metadata: {
      ...live.metadata,
      deletionTimestamp: stamp(now),
      deletionGracePeriodSeconds: 0,
      ...(generation === undefined ? {} : { generation: generation + 1 }),
    } as ObjectMeta,
  };
}
