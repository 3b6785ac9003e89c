import { fieldSelector, labelSelector, type Selector, SelectorError } from "@/lib/k8s/selector";
import type { ResourcePath } from "./request-path";
import type { ResourceType } from "./resource-type";
import { refuse, type StatusError } from "./status-error";

/** Reads a query's flag as the API server does: whatever is there and does not say no means yes. */
export function flag(query: URLSearchParams, name: string): boolean {
  const text = query.get(name);
  return text !== null && text !== "0" && text.toLowerCase() !== "false";
}

/** Reads a query's whole number, which may be negative; undefined when absent. @throws StatusError 400 */
export function wholeNumber(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === "") return undefined;
  if (!/^-?\d{1,15}$/.test(text)) {
    throw refuse.badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  }
  return Number(text);
}

/** Reads `resourceVersion`; undefined when absent. `refused` makes the refusal of what is no version. */
export function versionOption(
  query: URLSearchParams,
  refused: (why: string) => StatusError,
): number | undefined {
  const text = query.get("resourceVersion");
  if (text === null || text === "") return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  const given = JSON.stringify(text);
  throw refused(
    `resourceVersion: Invalid value: ${given}: strconv.ParseUint: parsing ${given}: invalid syntax`,
  );
}

/** Refuses the options of a list or watch for one of them. */
export const invalidListOption = (field: string, reason: string, message: string) =>
  refuse.invalid({ group: "meta.k8s.io", kind: "ListOptions" }, "", [{ reason, field, message }]);

/** Which objects a list or watch is about: by namespace, labels and fields. @throws StatusError 400 */
export function selectorOf(
  type: ResourceType,
  path: ResourcePath,
  query: URLSearchParams,
): Selector {
  try {
    const byLabels = labelSelector(query.get("labelSelector") ?? "");
    const byFields = fieldSelector(query.get("fieldSelector") ?? "", type.kind);
    const { namespace, name } = path;
    return (object) =>
      (!namespace || object.metadata.namespace === namespace) &&
      (!name || object.metadata.name === name) &&
      byLabels(object) &&
      byFields(object);
  } catch (error) {
    if (error instanceof SelectorError) throw refuse.badRequest(error.message);
    throw error;
  }
}
