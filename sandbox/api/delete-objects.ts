import { isRecord, type JsonRecord } from "@/lib/k8s/json-value";
import type { ApiObjects, DeleteRequest } from "./api-objects";
import { flag, selectorOf, wholeNumber } from "./list-options";
import { type Answer, json, type ObjectRequest } from "./object-request";
import { renderList, renderObject } from "./representation";
import { parseObject } from "./request-body";
import type { ResourceType } from "./resource-type";
import { refuse } from "./status-error";
import { dryRunCauses } from "./write-request";

/** Custom kinds and Pods answer with the object that was deleted, other kinds with a Status. */
const answersObject = (type: ResourceType): boolean =>
  ["pods", "services", "serviceaccounts"].includes(type.key);

/** DELETE of one object. @throws StatusError */
export async function deleteObject(objects: ApiObjects, request: ObjectRequest): Promise<Answer> {
  const { target, path, rendering } = request;
  const { type } = target;
  const { object, gone } = objects.delete(type, path, await deleteRequest(request));
  if (!gone || answersObject(type)) return { code: 200, text: renderObject(object, rendering) };
  return json(200, {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Success",
    details: {
      name: path.name,
      ...(type.group ? { group: type.group } : {}),
      kind: type.plural,
      uid: object.metadata.uid,
    },
  });
}

/** DELETE of a collection: all that its selectors match. @throws StatusError */
export async function deleteCollection(
  objects: ApiObjects,
  request: ObjectRequest,
): Promise<Answer> {
  const { target, path, query, rendering } = request;
  const select = selectorOf(target.type, path, query);
  const wanted = await deleteRequest(request);
  const deleted = objects.storage
    .list(target.type.key)
    .filter(select)
    // One deletion may take others along: owners their dependents.
    .filter(({ metadata }) =>
      objects.storage.get(target.type.key, metadata.namespace ?? "", metadata.name),
    )
    .map(({ metadata: { namespace = "", name } }) =>
      objects.delete(target.type, { namespace, name }, wanted),
    );
  const metadata = { resourceVersion: String(objects.storage.version) };
  return {
    code: 200,
    text: renderList(
      deleted.map(({ object }) => object),
      metadata,
      rendering,
    ),
  };
}

async function deleteRequest(request: ObjectRequest): Promise<DeleteRequest> {
  const { query } = request;
  const body = parseObject(await request.body(), request.contentType) ?? {};
  checkOptions(body);
  wholeNumber(query, "gracePeriodSeconds");
  const dryRun = [
    ...query.getAll("dryRun"),
    ...(Array.isArray(body.dryRun) ? (body.dryRun as readonly unknown[]) : []),
  ];
  const causes = dryRunCauses(dryRun);
  if (causes.length > 0) {
    throw refuse.invalid({ group: "meta.k8s.io", kind: "DeleteOptions" }, "", causes);
  }
  return {
    dryRun: dryRun.length > 0,
    propagation: propagationOf(body, query),
    preconditions: preconditionsOf(body.preconditions),
  };
}

/** Refuses options that Go could not decode. @throws StatusError 400 */
function checkOptions(body: JsonRecord): void {
  const { kind = "DeleteOptions", gracePeriodSeconds, preconditions, dryRun } = body;
  if (kind !== "DeleteOptions" && kind !== "") {
    throw refuse.badRequest(
      `no kind ${JSON.stringify(kind)} is registered for version "meta.k8s.io/v1"`,
    );
  }
  const wrong = (field: string, value: unknown, wanted: string) =>
    refuse.badRequest(
      `json: cannot unmarshal ${Array.isArray(value) ? "array" : typeof value} into Go struct field DeleteOptions.${field} of type ${wanted}`,
    );
  const isGiven = (value: unknown) => value !== undefined && value !== null;
  if (isGiven(gracePeriodSeconds) && !Number.isInteger(gracePeriodSeconds)) {
    throw wrong("gracePeriodSeconds", gracePeriodSeconds, "int64");
  }
  if (isGiven(preconditions) && !isRecord(preconditions)) {
    throw wrong("preconditions", preconditions, "v1.Preconditions");
  }
  if (isGiven(dryRun) && !Array.isArray(dryRun)) throw wrong("dryRun", dryRun, "[]string");
}

function propagationOf(body: JsonRecord, query: URLSearchParams): DeleteRequest["propagation"] {
  if (isGivenTwice(body)) {
    throw refuse.invalid({ group: "meta.k8s.io", kind: "DeleteOptions" }, "", [
      {
        reason: "FieldValueInvalid",
        field: "propagationPolicy",
        message: `Invalid value: ${JSON.stringify(body.propagationPolicy)}: orphanDependents and deletionPropagation cannot be both set`,
      },
    ]);
  }
  const policy = body.propagationPolicy ?? query.get("propagationPolicy") ?? undefined;
  if (policy === undefined || policy === null || policy === "") {
    if (body.orphanDependents === true || flag(query, "orphanDependents")) return "Orphan";
    return body.orphanDependents === false ? "Background" : undefined;
  }
  if (policy === "Background" || policy === "Foreground" || policy === "Orphan") return policy;
  throw refuse.invalid({ group: "meta.k8s.io", kind: "DeleteOptions" }, "", [
    {
      reason: "FieldValueNotSupported",
      field: "propagationPolicy",
      message: `Unsupported value: ${JSON.stringify(policy)}: supported values: "Foreground", "Background", "Orphan", "nil"`,
    },
  ]);
}

const isGivenTwice = ({ orphanDependents, propagationPolicy }: JsonRecord): boolean =>
  typeof orphanDependents === "boolean" && typeof propagationPolicy === "string";

function preconditionsOf(value: unknown): DeleteRequest["preconditions"] {
  if (!isRecord(value)) return {};
  const { uid, resourceVersion } = value;
  return {
    uid: typeof uid === "string" ? uid : undefined,
    resourceVersion: typeof resourceVersion === "string" ? resourceVersion : undefined,
  };
}
