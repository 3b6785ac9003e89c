import { metadataFaults } from "@/lib/k8s/metadata-rules";
import type { KubeObject } from "@/lib/k8s/object";
import type { FieldFault, Schema } from "@/lib/k8s/schema";
import { schemaFaults } from "@/lib/k8s/schema-admission";
import { applyDefaults, dropNulls } from "@/lib/k8s/schema-default";

/** How a custom kind is served. */
export interface ServedKind {
  readonly schema: Schema;
  readonly namespaced: boolean;
  /** Whether its status is written apart: what an object carries of it is dropped, not judged. */
  readonly hasStatus?: boolean;
}

/** What the API server refuses an object for once it could read it. */
interface ApiServerFaults {
  /** The object as it would be stored: defaults filled in. */
  readonly defaulted: KubeObject;
  readonly metadata: readonly FieldFault[];
  readonly schema: readonly FieldFault[];
  /** Of the rules in CEL. */
  readonly cel: readonly FieldFault[];
}

/**
 * Judges the metadata, the schema and the rules in CEL together, as the API server does.
 * @param live the object before an update; rules about changes need it
 */
export function apiServerFaults(
  object: KubeObject,
  { schema, namespaced, hasStatus = false }: ServedKind,
  live?: KubeObject,
): ApiServerFaults {
  const { status, ...others } = object as KubeObject & { readonly status?: unknown };
  const written = hasStatus && status !== undefined ? others : object;
  const defaulted = applyDefaults(dropNulls(written, schema), schema) as KubeObject;
  const metadata = metadataFaults(defaulted, { namespaced, nameRule: "subdomain", custom: true });
  return { defaulted, metadata, ...schemaFaults(defaulted, schema, { live, others: metadata }) };
}
