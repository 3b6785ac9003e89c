import type { JsonRecord } from "@/lib/k8s/json-value";
import type { KubeObject } from "@/lib/k8s/object";
import type { ServedVersion } from "./resource-type";

/** What a row of a Table carries beside its cells. */
export type IncludeObject = "None" | "Metadata" | "Object";

/** The object's metadata alone. */
export const partialMetadata = ({ metadata }: KubeObject): JsonRecord => ({
  kind: "PartialObjectMetadata",
  apiVersion: "meta.k8s.io/v1",
  metadata,
});

/** The `meta.k8s.io/v1` Table of some objects. `now` is in ms since the epoch. */
export function tableOf(
  version: ServedVersion,
  objects: readonly KubeObject[],
  options: { now: number; include: IncludeObject; metadata: JsonRecord; headless?: boolean },
): JsonRecord {
  const { now, include } = options;
  return {
    kind: "Table",
    apiVersion: "meta.k8s.io/v1",
    metadata: options.metadata,
    columnDefinitions: options.headless
      ? null
      : version.columns.map(({ name, type, format, description, priority }) => ({
          name,
          type,
          format: format ?? "",
          description,
          priority,
        })),
    rows: objects.map((object) => ({
      cells: version.columns.map(({ cell, type }) => cell(object, now) ?? blank(type)),
      object: include === "None" ? null : include === "Object" ? object : partialMetadata(object),
    })),
  };
}

/** kubectl prints null as `<none>`, and an empty text as nothing. */
const blank = (type: string): string | null => (type === "string" ? "" : null);
