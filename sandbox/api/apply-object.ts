import { applyConfiguration, type FieldConflict } from "@/lib/k8s/managed-fields";
import type { KubeObject, ObjectMeta } from "@/lib/k8s/object";
import { cleaned } from "./admission";
import type { ApiObjects } from "./api-objects";
import { flag } from "./list-options";
import { inPathNamespace, objectOf, requirePathName } from "./object-body";
import type { Answer, ObjectRequest } from "./object-request";
import { renderObject } from "./representation";
import { parseObject } from "./request-body";
import { storedApiVersion } from "./resource-type";
import { refuse } from "./status-error";
import { writeOptions } from "./write-request";

/** PATCH of the kind `application/apply-patch+yaml`: creates what is not there. @throws StatusError */
export async function applyObject(objects: ApiObjects, request: ObjectRequest): Promise<Answer> {
  const { target, path, query, rendering } = request;
  const { type } = target;
  const options = { ...writeOptions(request, "PatchOptions"), operation: "Apply" as const };
  if (!query.get("fieldManager")) {
    throw refuse.invalid({ group: "meta.k8s.io", kind: "PatchOptions" }, "", [
      {
        reason: "FieldValueRequired",
        field: "fieldManager",
        message: "Required value: is required for apply patch",
      },
    ]);
  }
  const body = parseObject(await request.body(), request.contentType);
  const given = inPathNamespace(objectOf(body, target), target, path);
  requirePathName(given, path);
  if (given.metadata.managedFields) throw refuse.badRequest("metadata.managedFields must be nil");
  const applied = { ...cleaned(target, given, options), apiVersion: storedApiVersion(type) };
  const writer = objects.writer(target, options);
  const lay = (live: KubeObject, force: boolean): KubeObject => {
    const outcome = applyConfiguration(live, applied, writer, force);
    if (outcome.conflicts) throw conflict(outcome.conflicts);
    return outcome.object;
  };
  if (!objects.storage.get(type.key, path.namespace, path.name) && !path.subresource) {
    const { apiVersion, kind } = applied;
    const nothing: KubeObject = { apiVersion, kind, metadata: {} as ObjectMeta };
    const created = objects.create(target, path.namespace, lay(nothing, true), options);
    return { code: 201, text: renderObject(created, rendering) };
  }
  const force = flag(query, "force");
  const updated = objects.update(target, path, (live) => lay(live, force), options);
  return { code: 200, text: renderObject(updated, rendering) };
}

function conflict(conflicts: readonly FieldConflict[]) {
  const causes = conflicts.map(({ manager, field }) => ({
    reason: "FieldManagerConflict",
    message: `conflict with ${manager}`,
    field,
  }));
  const [only] = conflicts;
  if (conflicts.length === 1 && only) {
    const text = `Apply failed with 1 conflict: conflict with ${only.manager}: ${only.field}`;
    return refuse.applyConflict(text, causes);
  }
  const managers = [...new Set(conflicts.map(({ manager }) => manager))].sort();
  const lines = managers.flatMap((manager) => [
    `conflicts with ${manager}:`,
    ...conflicts.filter((one) => one.manager === manager).map(({ field }) => `- ${field}`),
  ]);
  const text = `Apply failed with ${conflicts.length} conflicts: ${lines.join("\n")}`;
  return refuse.applyConflict(text, causes);
}
