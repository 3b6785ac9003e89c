import { without } from "@/lib/k8s/json-value";
import type { KubeObject } from "@/lib/k8s/object";
import type { ApiObjects } from "./api-objects";
import { inPathNamespace, objectOf, requirePathName } from "./object-body";
import type { Answer, ObjectRequest } from "./object-request";
import { renderObject } from "./representation";
import { parseObject, repeatedFields } from "./request-body";
import { qualified, refuse } from "./status-error";
import { writeOptions } from "./write-request";

/** POST to a collection. @throws StatusError */
export async function createObject(objects: ApiObjects, request: ObjectRequest): Promise<Answer> {
  const { target, path, rendering } = request;
  const bytes = await request.body();
  const body = parseObject(bytes, request.contentType);
  const duplicates = repeatedFields(bytes, request.contentType);
  const options = { ...writeOptions(request), duplicates };
  const object = inPathNamespace(objectOf(body, target), target, path);
  const created = objects.create(target, path.namespace, object, options);
  return { code: 201, text: renderObject(created, rendering) };
}

/** Kinds whose update may leave out the resourceVersion: the last writer wins. */
const UNCONDITIONAL = new Set([
  "pods",
  "services",
  "configmaps",
  "secrets",
  "namespaces",
  "nodes",
  "serviceaccounts",
  "endpoints",
  "deployments.apps",
  "replicasets.apps",
  "endpointslices.discovery.k8s.io",
  "events",
]);

/** PUT of an object or its status. @throws StatusError */
export async function replaceObject(objects: ApiObjects, request: ObjectRequest): Promise<Answer> {
  const { target, path, rendering } = request;
  const bytes = await request.body();
  const body = parseObject(bytes, request.contentType);
  const duplicates = repeatedFields(bytes, request.contentType);
  const options = { ...writeOptions(request, "UpdateOptions"), duplicates };
  const object = inPathNamespace(objectOf(body, target), target, path);
  requirePathName(object, path);
  const live = objects.get(target.type, path);
  if (!object.metadata.resourceVersion && !UNCONDITIONAL.has(qualified(target.type))) {
    throw refuse.invalid(target.type, path.name, [
      {
        reason: "FieldValueInvalid",
        field: "metadata.resourceVersion",
        message: "Invalid value: 0x0: must be specified for an update",
      },
    ]);
  }
  const wanted = withManagedFields(object, live);
  const updated = objects.update(target, path, () => wanted, options);
  return { code: 200, text: renderObject(updated, rendering) };
}

/** A client that leaves the managed fields out keeps them; an empty list resets them. */
function withManagedFields(object: KubeObject, live: KubeObject): KubeObject {
  if (object.metadata.managedFields) return object;
  const { managedFields } = live.metadata;
  const metadata = without({ ...object.metadata }, "managedFields");
  return {
    ...object,
    metadata: {
      ...metadata,
      ...(managedFields ? { managedFields } : {}),
    } as KubeObject["metadata"],
  };
}
