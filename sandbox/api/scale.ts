import { isRecord, type JsonRecord } from "@/lib/k8s/json-value";
import { applyJsonPatch, parseJsonPatch } from "@/lib/k8s/json-patch";
import { applyMergePatch } from "@/lib/k8s/merge-patch";
import type { KubeObject } from "@/lib/k8s/object";
import type { ApiObjects } from "./api-objects";
import { type Answer, json, type ObjectRequest } from "./object-request";
import { bodyType, parseJson, parseObject } from "./request-body";
import { refuse } from "./status-error";
import { writeOptions } from "./write-request";

const record = (value: unknown): JsonRecord => (isRecord(value) ? value : {});

/** GET, PUT and PATCH of the number of a workload's pods. @throws StatusError */
export async function answerScale(objects: ApiObjects, request: ObjectRequest): Promise<Answer> {
  const { target, path, method } = request;
  if (method === "GET") return json(200, scaleOf(objects.get(target.type, path)));
  if (method !== "PUT" && method !== "PATCH") throw refuse.methodNotAllowed();
  const options = writeOptions(request, "PatchOptions");
  const body = await request.body();
  const updated = objects.update(
    target,
    path,
    (live) => withReplicas(live, wantedScale(body, scaleOf(live), request)),
    options,
  );
  return json(200, scaleOf(updated));
}

function wantedScale(
  body: Buffer,
  live: JsonRecord,
  { method, contentType }: ObjectRequest,
): unknown {
  if (method === "PUT") {
    const scale = parseObject(body, contentType);
    if (record(record(scale).metadata).name) return scale;
    const { name } = record(live.metadata);
    throw refuse.badRequest(
      `the name of the object (${String(name)} based on URL) was undeterminable: name must be provided`,
    );
  }
  switch (bodyType(contentType)) {
    case "application/merge-patch+json":
    case "application/strategic-merge-patch+json":
      return applyMergePatch(live, parseJson(body));
    case "application/json-patch+json":
      return applyJsonPatch(live, parseJsonPatch(parseJson(body)));
    default:
      throw refuse.unsupportedMediaType([
        "application/json-patch+json",
        "application/merge-patch+json",
      ]);
  }
}

function withReplicas(live: KubeObject, scale: unknown): KubeObject {
  const { replicas } = record(record(scale).spec);
  const { resourceVersion } = record(record(scale).metadata);
  if (!Number.isInteger(replicas) || Number(replicas) < 0) {
    throw refuse.invalid({ group: "autoscaling", kind: "Scale" }, live.metadata.name, [
      {
        reason: "FieldValueInvalid",
        field: "spec.replicas",
        message: `Invalid value: ${JSON.stringify(replicas ?? null)}: must be greater than or equal to 0`,
      },
    ]);
  }
  return {
    ...live,
    metadata: {
      ...live.metadata,
      ...(typeof resourceVersion === "string" ? { resourceVersion } : {}),
    },
    spec: { ...record(live.spec), replicas },
  };
}

function scaleOf({ metadata, spec, status }: KubeObject): JsonRecord {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = metadata;
  const labels = record(record(record(spec).selector).matchLabels);
  return {
    kind: "Scale",
    apiVersion: "autoscaling/v1",
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: record(spec).replicas ?? 1 },
    status: {
      replicas: record(status).replicas ?? 0,
      selector: Object.entries(labels)
        .map(([key, value]) => `${key}=${String(value)}`)
        .join(","),
    },
  };
}
