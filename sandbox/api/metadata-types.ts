import { isRecord } from "@/lib/k8s/json-value";
import { refuse } from "./status-error";

type Shape = "string" | "integer" | "boolean" | "strings" | "texts" | "records" | "time";

const SHAPES: Readonly<Record<string, Shape>> = {
  name: "string",
  generateName: "string",
  namespace: "string",
  selfLink: "string",
  uid: "string",
  resourceVersion: "string",
  generation: "integer",
  creationTimestamp: "time",
  deletionTimestamp: "time",
  deletionGracePeriodSeconds: "integer",
  labels: "texts",
  annotations: "texts",
  finalizers: "strings",
  ownerReferences: "records",
  managedFields: "records",
};

/** Refuses metadata that Go could not decode. Null counts as absent. @throws StatusError 400 */
export function checkMetadataTypes(kind: string, apiVersion: string, metadata: unknown): void {
  const fail = (field: string, value: unknown, wanted: string) =>
    refuse.badRequest(
      `${kind} in version "${versionOf(apiVersion)}" cannot be handled as a ${kind}: json: cannot unmarshal ${goType(value)} into ${field} of type ${wanted}`,
    );
  if (!isRecord(metadata)) throw fail("Go value", metadata, "v1.ObjectMeta");
  for (const [field, shape] of Object.entries(SHAPES)) {
    const value = metadata[field];
    if (value === null || value === undefined) continue;
    if (shape === "time" && typeof value === "string" && Number.isNaN(Date.parse(value))) {
      throw refuse.badRequest(
        `${kind} in version "${versionOf(apiVersion)}" cannot be handled as a ${kind}: parsing time ${JSON.stringify(value)} as "2006-01-02T15:04:05Z07:00": cannot parse ${JSON.stringify(value)} as "2006"`,
      );
    }
    const wrong = mismatch(value, shape);
    if (wrong) throw fail(`Go struct field ObjectMeta.${field}`, wrong.value, wrong.wanted);
  }
}

const versionOf = (apiVersion: string): string => apiVersion.split("/").at(-1) ?? apiVersion;

const goType = (value: unknown): string =>
  Array.isArray(value) ? "array" : typeof value === "boolean" ? "bool" : typeof value;

function mismatch(value: unknown, shape: Shape): { value: unknown; wanted: string } | undefined {
  switch (shape) {
    case "string":
    case "time":
      return typeof value === "string" ? undefined : { value, wanted: "string" };
    case "integer":
      return Number.isInteger(value) ? undefined : { value, wanted: "int64" };
    case "boolean":
      return typeof value === "boolean" ? undefined : { value, wanted: "bool" };
    case "strings":
      if (!Array.isArray(value)) return { value, wanted: "[]string" };
      return firstOf(value, (item) => typeof item !== "string" && item !== null, "string");
    case "texts":
      if (!isRecord(value)) return { value, wanted: "map[string]string" };
      return firstOf(
        Object.values(value),
        (item) => typeof item !== "string" && item !== null,
        "string",
      );
    case "records":
      if (!Array.isArray(value)) return { value, wanted: "[]struct" };
      return firstOf(value, (item) => !isRecord(item), "struct");
  }
}

function firstOf(values: readonly unknown[], wrong: (value: unknown) => boolean, wanted: string) {
  const found = values.findIndex(wrong);
  return found < 0 ? undefined : { value: values[found], wanted };
}

/** Metadata without nulls, which Go takes for nothing; a null label or annotation is an empty text. */
export function withoutNulls(metadata: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(metadata).flatMap(([field, value]) => {
      if (value === null) return [];
      if (SHAPES[field] !== "texts" || !isRecord(value)) return [[field, value]];
      return [[field, Object.fromEntries(Object.entries(value).map(([k, v]) => [k, v ?? ""]))]];
    }),
  );
}
