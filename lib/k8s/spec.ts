import { isRecord } from "./json-value";
import type { KubeObject } from "./object";

/**
 * The `spec` of an object, read as `Spec`; an empty one where the document has none.
 *
 * Nothing is checked: `Spec` must be a view whose fields are all optional, because a draft may lack
 * any of them. Whether their types hold is the schema's business.
 */
export function specOf<Spec extends object>(object: KubeObject): Spec {
  const spec = object["spec"];
  return (isRecord(spec) ? spec : {}) as Spec;
}

/** The `status` of an object, read as `Status`; an empty one where the document has none. */
export function statusOf<Status extends object>(object: KubeObject): Status {
  const status = object["status"];
  return (isRecord(status) ? status : {}) as Status;
}
