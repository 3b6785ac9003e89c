import type { JsonRecord } from "@/lib/k8s/json-value";
import { metadataTypeFault, withoutNulls } from "@/lib/k8s/metadata-types";
import type { KubeObject } from "@/lib/k8s/object";
import type { ResourcePath } from "./request-path";
import { apiVersionOf } from "./resource-type";
import { refuse } from "./status-error";
import type { Target } from "./type-registry";

/** `value` as an object of the kind that the request's path names. @throws StatusError 400 */
export function objectOf(value: JsonRecord | undefined, target: Target): KubeObject {
  const { type, version } = target;
  const given = (text: string) => (type.custom ? undefined : text);
  const wanted = apiVersionOf(type.group, version.name);
  if (!value) throw refuse.badRequest("the body of the request is empty");
  // A built-in kind is known by the path alone; clients of such kinds leave both out.
  const { apiVersion = given(wanted), kind = given(type.kind) } = value;
  if (typeof kind !== "string" || !kind) {
    throw refuse.badRequest(`Object 'Kind' is missing in '${excerpt(value)}'`);
  }
  if (typeof apiVersion !== "string" || !apiVersion) {
    throw refuse.badRequest(`Object 'apiVersion' is missing in '${excerpt(value)}'`);
  }
  if (kind !== type.kind) {
    throw refuse.badRequest(
      `${kind} in version "${apiVersion}" cannot be handled as a ${type.kind}: the kind in the data (${kind}) does not match the expected kind (${type.kind})`,
    );
  }
  if (apiVersion !== wanted) {
    throw refuse.badRequest(
      `the API version in the data (${apiVersion}) does not match the expected API version (${wanted})`,
    );
  }
  const metadata = value.metadata ?? {};
  const fault = metadataTypeFault(kind, apiVersion, metadata);
  if (fault) throw refuse.badRequest(fault.message);
  const clean = withoutNulls(metadata as JsonRecord);
  return { ...value, apiVersion, kind, metadata: clean as unknown as KubeObject["metadata"] };
}

const excerpt = (value: JsonRecord): string => JSON.stringify(value).slice(0, 256);

/** The object with the namespace of the path, which it may name itself or not. @throws StatusError 400 */
export function inPathNamespace(
  object: KubeObject,
  { type }: Target,
  path: ResourcePath,
): KubeObject {
  if (!type.namespaced) {
    return object;
  }
  const { namespace } = object.metadata;
  if (namespace && namespace !== path.namespace) {
    throw refuse.badRequest(
      "the namespace of the provided object does not match the namespace sent on the request",
    );
  }
  return { ...object, metadata: { ...object.metadata, namespace: path.namespace } };
}

/** Refuses an object whose name is not the path's. @throws StatusError 400 */
export function requirePathName(object: KubeObject, path: ResourcePath): void {
  const { name } = object.metadata;
  if (!name) throw refuse.badRequest("name must be provided");
  if (name !== path.name) {
    throw refuse.badRequest(
      `the name of the object (${name}) does not match the name on the URL (${path.name})`,
    );
  }
}
