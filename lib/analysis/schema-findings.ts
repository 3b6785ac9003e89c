import { kindSchema } from "@/lib/istio/schemas/kind-schema";
import { kindInfo } from "@/lib/istio/kinds";
import type { MeshView } from "@/lib/mesh/view";
import { formatPath } from "@/lib/yaml/field-path";
import type { ServedKind } from "./api-server-faults";
import type { DraftObject } from "./draft-object";
import type { ObjectFinding } from "./finding";
import { checkSchema, customSchema, versionRefusal } from "./schema-check";

/** The check of an object against the schema of its kind. */
export const SCHEMA = { rule: "schema", code: "QD0003" } as const;

/**
 * What the API server would refuse an object of a file for: by the schema that the mesh serves for
 * its kind, or where it has none, as files have, by that of the newest versions.
 */
export function schemaFindings(
  { kind, object }: DraftObject,
  mesh: MeshView,
): readonly ObjectFinding[] {
  const { namespaced } = kindInfo(kind);
  const own = customSchema(mesh, object.apiVersion, object.kind);
  const served: ServedKind | undefined = own
    ? { schema: own, namespaced }
    : kindSchema(object.apiVersion, object.kind);
  const unserved = own ? undefined : versionRefusal(mesh, object);
  const refusals = unserved ? [unserved] : served ? checkSchema(object, served) : [];
  const { namespace = "", name } = object.metadata;
  return Array.from(refusals, ({ path, message }) => ({
    ...SCHEMA,
    aliases: [],
    level: "Error",
    kind: object.kind,
    namespace,
    name,
    message,
    path: formatPath(path),
    fieldPath: path,
    object: { kind, namespace, name },
    related: [],
    fixes: [],
    docs: undefined,
  }));
}
