import { applyJsonPatch, JsonPatchError, parseJsonPatch } from "@/lib/k8s/json-patch";
import { isRecord, type JsonRecord } from "@/lib/k8s/json-value";
import { applyMergePatch } from "@/lib/k8s/merge-patch";
import { applyStrategicMergePatch, StrategicPatchError } from "@/lib/k8s/strategic-merge-patch";
import type { KubeObject } from "@/lib/k8s/object";
import { wholeSchema } from "@/lib/k8s/whole-schema";
import { applyObject } from "./apply-object";
import type { ApiObjects } from "./api-objects";
import { objectOf, requirePathName } from "./object-body";
import type { Answer, ObjectRequest } from "./object-request";
import { renderObject } from "./representation";
import { bodyType, parseJson, repeatedFields } from "./request-body";
import { apiVersionOf, storedApiVersion } from "./resource-type";
import { refuse, StatusError } from "./status-error";
import type { Target } from "./type-registry";
import { writeOptions } from "./write-request";

/** Makes the next document of the one that is live. */
type Patch = (live: KubeObject) => unknown;

const JSON_PATCH = "application/json-patch+json";
const MERGE_PATCH = "application/merge-patch+json";
const STRATEGIC_PATCH = "application/strategic-merge-patch+json";
const APPLY_PATCH = "application/apply-patch+yaml";
const MAX_OPERATIONS = 10_000;

/** PATCH of an object or its status, in any of the formats of its kind. @throws StatusError */
export async function patchObject(objects: ApiObjects, request: ObjectRequest): Promise<Answer> {
  if (bodyType(request.contentType) === APPLY_PATCH) return applyObject(objects, request);
  const { target, path, query, rendering } = request;
  const options = writeOptions(request, "PatchOptions");
  if (query.has("force")) {
    throw refuse.invalid({ group: "meta.k8s.io", kind: "PatchOptions" }, "", [
      {
        reason: "FieldValueForbidden",
        field: "force",
        message: "Forbidden: may not be specified for non-apply patch",
      },
    ]);
  }
  const bytes = await request.body();
  const patch = readPatch(bytes, request);
  const duplicates = repeatedFields(bytes, request.contentType);
  const updated = objects.update(
    target,
    path,
    (live) => {
      const patched = patch({
        ...live,
        apiVersion: apiVersionOf(target.type.group, target.version.name),
      });
      if (!isRecord(patched)) throw refuse.badRequest("the patch leaves no object");
      checkKind(patched, target);
      const object = objectOf(patched, target);
      requirePathName(object, path);
      return { ...object, apiVersion: storedApiVersion(target.type) };
    },
    { ...options, duplicates, patch: true },
  );
  return { code: 200, text: renderObject(updated, rendering) };
}

/** @throws StatusError 422 for a patch that makes another kind of the object */
function checkKind(patched: JsonRecord, { type, version }: Target): void {
  const { kind, apiVersion } = patched;
  const wanted = apiVersionOf(type.group, version.name);
  if (typeof kind !== "string" || typeof apiVersion !== "string") return;
  if (kind === type.kind && apiVersion === wanted) return;
  throw refuse.invalid({ group: "", kind: "" }, "", [
    {
      reason: "FieldValueInvalid",
      field: "patch",
      message: `Invalid value: ${JSON.stringify(JSON.stringify(patched))}: no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)}`,
    },
  ]);
}

function readPatch(body: Buffer, { contentType, target }: ObjectRequest): Patch {
  switch (bodyType(contentType)) {
    case JSON_PATCH:
      return jsonPatch(body);
    case MERGE_PATCH: {
      const patch = parseJson(body);
      if (!isRecord(patch)) throw refuse.badRequest("a merge patch must be an object");
      return (live) => applyMergePatch(live, patch);
    }
    case STRATEGIC_PATCH: {
      if (target.type.custom) break;
      const patch = parseJson(body);
      if (!isRecord(patch)) throw refuse.badRequest("a strategic merge patch must be an object");
      const schema = wholeSchema(target.version.schema);
      return (live) => asStatus(() => applyStrategicMergePatch(live, patch, schema));
    }
  }
  throw refuse.unsupportedMediaType([
    JSON_PATCH,
    MERGE_PATCH,
    ...(target.type.custom ? [] : [STRATEGIC_PATCH]),
    APPLY_PATCH,
  ]);
}

function jsonPatch(body: Buffer): Patch {
  const value = parseJson(body);
  if (!Array.isArray(value)) throw refuse.badRequest("a JSON patch must be a list of operations");
  const operations = asStatus(() => parseJsonPatch(value));
  if (operations.length > MAX_OPERATIONS) {
    throw refuse.tooLarge(
      `The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${operations.length}`,
    );
  }
  return (live) => asStatus(() => applyJsonPatch(live, operations));
}

function asStatus<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof JsonPatchError) throw UNFITTING;
    if (!(error instanceof StrategicPatchError)) throw error;
    if (error.reason === "format") throw refuse.badRequest(error.message);
    // What the real server did not foresee it takes for its own fault.
    throw new StatusError(500, "", error.message);
  }
}

/** The real server does not say what is wrong with such a patch. */
const UNFITTING = new StatusError(
  422,
  "Invalid",
  "the server rejected our request due to an error in our request",
  { details: {} },
);
