import { applyConfiguration, type FieldConflict } from "@/lib/k8s/managed-fields";
import { isRecord, type JsonRecord } from "@/lib/k8s/json-value";
import type { KubeObject, ObjectMeta } from "@/lib/k8s/object";
import { prune } from "@/lib/k8s/schema-prune";
import { validate } from "@/lib/k8s/schema-validate";
import { cleaned } from "./admission";
import type { ApiObjects } from "./api-objects";
import { flag } from "./list-options";
import { inPathNamespace, objectOf, requirePathName } from "./object-body";
import type { Answer, ObjectRequest } from "./object-request";
import { renderObject } from "./representation";
import { parseObject } from "./request-body";
import { storedApiVersion } from "./resource-type";
import { refuse, StatusError } from "./status-error";
import type { Target } from "./type-registry";
import { wholeSchema } from "@/lib/k8s/whole-schema";
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
  const given = inPathNamespace(objectOf(named(body, path.name), target), target, path);
  requirePathName(given, path);
  checkDeclared(given, target, namespaceIn(body));
  if (given.metadata.managedFields) throw refuse.badRequest("metadata.managedFields must be nil");
  const applied = { ...cleaned(target, given, options), apiVersion: storedApiVersion(type) };
  const writer = objects.writer(target, options);
  const lay = (live: KubeObject, force: boolean): KubeObject => {
    const outcome = applyConfiguration(live, applied, writer, force);
    if (outcome.conflicts) throw conflict(outcome.conflicts);
    return outcome.object;
  };
  if (!objects.storage.get(type.key, path.namespace, path.name) && !path.subresource) {
    const { uid } = applied.metadata;
    if (uid) {
      const why = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`;
      throw refuse.conflict(type, path.name, why);
    }
    const { apiVersion, kind } = applied;
    const nothing: KubeObject = { apiVersion, kind, metadata: {} as ObjectMeta };
    const created = objects.create(target, path.namespace, lay(nothing, true), options);
    return { code: 201, text: renderObject(created, rendering) };
  }
  const force = flag(query, "force");
  const updated = objects.update(target, path, (live) => lay(live, force), options);
  return { code: 200, text: renderObject(updated, rendering) };
}

const namespaceIn = (body: JsonRecord | undefined): string => {
  const metadata = body?.metadata;
  const namespace = isRecord(metadata) ? metadata.namespace : undefined;
  return typeof namespace === "string" ? namespace : "";
};

/** What is applied says its kind itself, and its name may be the path's alone. @throws StatusError 400 */
function named(body: JsonRecord | undefined, name: string): JsonRecord | undefined {
  if (!body) return undefined;
  const { apiVersion = "", kind = "", metadata } = body;
  if (!apiVersion || !kind) {
    const [group = "", version = ""] = String(apiVersion).split("/");
    throw refuse.badRequest(`invalid object type: ${group}/${version}, Kind=${String(kind)}`);
  }
  if (metadata === undefined || metadata === null) return { ...body, metadata: { name } };
  return isRecord(metadata) && !metadata.name ? { ...body, metadata: { ...metadata, name } } : body;
}

/** Fields that nobody declared can be owned by nobody. @throws StatusError 500, as the real server does */
function checkDeclared(object: KubeObject, { type, version }: Target, namespace: string): void {
  const schema = wholeSchema(version.schema);
  const { value, unknown } = prune(object, schema);
  const faults = [
    ...unknown.map((field) => `.${field}: field not declared in schema`),
    ...validate(value, schema)
      .filter(({ reason }) => reason === "FieldValueTypeInvalid")
      .map(
        ({ field, message }) =>
          `.${field}: expected ${EXPECTED.exec(message)?.[1] ?? "another type"}`,
      ),
  ];
  if (faults.length === 0) return;
  const list = faults.length === 1 ? faults[0] : `errors:\n  ${faults.join("\n  ")}`;
  const apiVersion = `${type.group}/${version.name}`;
  throw new StatusError(
    500,
    "",
    `failed to create typed patch object (${namespace}/${object.metadata.name}; ${apiVersion}, Kind=${type.kind}): ${list}`,
  );
}

const EXPECTED = /must be of type ([\w ]+):/;

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
