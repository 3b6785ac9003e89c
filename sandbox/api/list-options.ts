import { fieldSelector, labelSelector, type Selector, SelectorError } from "@/lib/k8s/selector";
import type { ResourcePath } from "./request-path";
import type { ResourceType } from "./resource-type";
import { refuse } from "./status-error";

/** Reads a query's flag as Go does. */
export const flag = (query: URLSearchParams, name: string): boolean =>
  ["true", "1", "t", "TRUE", "True"].includes(query.get(name) ?? "");

/** Reads a query's whole number; undefined when absent. @throws StatusError 400 */
export function wholeNumber(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === "") return undefined;
  if (!/^\d{1,15}$/.test(text)) {
    throw refuse.badRequest(`strconv.ParseInt: parsing "${text}": invalid syntax`);
  }
  return Number(text);
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
