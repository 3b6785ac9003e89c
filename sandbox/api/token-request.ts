import { isRecord, type JsonRecord } from "@/lib/k8s/json-value";
import type { KubeObject } from "@/lib/k8s/object";
import { type AccountTokens, type BoundObject, ISSUER } from "./access/account-tokens";
import type { ApiObjects } from "./api-objects";
import { stamp } from "./object-lifecycle";
import { type Answer, json, type ObjectRequest } from "./object-request";
import { parseObject } from "./request-body";
import { refuse } from "./status-error";
import { writeOptions } from "./write-request";

const GROUP = "authentication.k8s.io";
const SHORTEST_S = 600;
const LONGEST_S = 2 ** 32;
const DEFAULT_S = 3600;

/** POST of a TokenRequest: a token for the ServiceAccount of the path. @throws StatusError */
export async function requestToken(
  objects: ApiObjects,
  tokens: AccountTokens,
  request: ObjectRequest,
): Promise<Answer> {
  const { target, path } = request;
  if (request.method !== "POST") throw refuse.methodNotAllowed();
  const { dryRun } = writeOptions(request);
  const given = parseObject(await request.body(), request.contentType) ?? {};
  const { kind = "TokenRequest", apiVersion = `${GROUP}/v1` } = given;
  if (kind !== "TokenRequest" || apiVersion !== `${GROUP}/v1`) {
    throw refuse.badRequest(
      `the object provided is unrecognized (must be of type TokenRequest): ${String(kind)} of ${String(apiVersion)}`,
    );
  }
  const account = objects.get(target.type, path);
  const spec = isRecord(given.spec) ? given.spec : {};
  const lifetimeS = lifetime(spec.expirationSeconds);
  checkName(given.metadata, path.name);
  const bound = boundObject(objects, spec.boundObjectRef, path.namespace);
  const audiences = texts(spec.audiences);
  const issued = tokens.issue({
    namespace: path.namespace,
    name: path.name,
    uid: account.metadata.uid ?? "",
    audiences: audiences.length > 0 ? audiences : [ISSUER],
    lifetimeS,
    bound,
  });
  return json(201, {
    kind: "TokenRequest",
    apiVersion: `${GROUP}/v1`,
    metadata: metadataOf(account),
    spec: {
      audiences: audiences.length > 0 ? audiences : [ISSUER],
      expirationSeconds: lifetimeS,
      boundObjectRef: bound ? spec.boundObjectRef : null,
    },
    status: {
      token: dryRun ? "" : issued.token,
      expirationTimestamp: stamp(issued.expires),
    },
  });
}

const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];

const metadataOf = ({ metadata }: KubeObject): JsonRecord => {
  const { name, namespace, uid, creationTimestamp } = metadata;
  return { name, namespace, uid, creationTimestamp };
};

const invalid = (name: string, field: string, value: unknown, why: string) =>
  refuse.invalid({ group: GROUP, kind: "TokenRequest" }, name, [
    {
      reason: "FieldValueInvalid",
      field,
      message: `Invalid value: ${JSON.stringify(value)}: ${why}`,
    },
  ]);

function lifetime(value: unknown): number {
  if (value === undefined || value === null) return DEFAULT_S;
  if (typeof value !== "number" || !Number.isInteger(value)) {
    throw refuse.badRequest(
      `TokenRequest in version "v1" cannot be handled as a TokenRequest: json: cannot unmarshal ${typeof value} into Go struct field TokenRequestSpec.spec.expirationSeconds of type int64`,
    );
  }
  const field = "spec.expirationSeconds";
  if (value < SHORTEST_S) {
    throw invalid("", field, value, "may not specify a duration less than 10 minutes");
  }
  if (value > LONGEST_S) {
    throw invalid("", field, value, "may not specify a duration larger than 2^32 seconds");
  }
  return value;
}

function checkName(metadata: unknown, wanted: string): void {
  const name = isRecord(metadata) ? metadata.name : undefined;
  if (!name || name === wanted) return;
  const why = "must match the service account name if specified";
  throw invalid(wanted, "metadata.name", name, why);
}

/** The object that the token shall not outlive. @throws StatusError 400, 404, 409 */
function boundObject(
  objects: ApiObjects,
  reference: unknown,
  namespace: string,
): BoundObject | undefined {
  if (!isRecord(reference)) return undefined;
  const { kind, name, uid } = reference;
  if (kind !== "Pod" && kind !== "Secret") {
    throw refuse.badRequest(`cannot bind token for serviceaccount to a ${String(kind)}`);
  }
  const target = objects.types.byPath("", "v1", kind === "Pod" ? "pods" : "secrets");
  if (!target) throw refuse.noSuchPath();
  const { metadata } = objects.get(target.type, { namespace, name: String(name) });
  const live = metadata.uid ?? "";
  if (uid && uid !== live) {
    const why = `the UID in the bound object reference (${JSON.stringify(uid)}) does not match the UID in record. The object might have been deleted and then recreated`;
    throw refuse.conflict(target.type, metadata.name, why);
  }
  return { kind, name: metadata.name, uid: live };
}
