import { servedSchemas } from "@/lib/analysis/schema-check";
import { describeSchema } from "@/lib/istio/field-docs/describe-schema";
import { type KindId, kindInfo, type ObjectRef } from "@/lib/istio/kinds";
import { editorSchema, type JsonSchema } from "@/lib/k8s/editor-schema";
import type { MeshView } from "@/lib/mesh/view";
import { objectText } from "@/lib/yaml/object-text";
import type { Cluster } from "../ports";
import { overrideReason } from "./override-reason";
import { type GitOpsOwner, gitOpsOwner, type LastChange, lastChange } from "./ownership";

/** One stored object, ready to be edited. */
export interface ConfigObject {
  readonly ref: ObjectRef;
  readonly apiVersion: string;
  /** YAML without what the server keeps. */
  readonly text: string;
  readonly resourceVersion: string;
  readonly createdAt: string | undefined;
  readonly owner: GitOpsOwner | undefined;
  readonly lastChange: LastChange | undefined;
  /** Why the last write went over errors; undefined where it did not. */
  readonly overrideReason: string | undefined;
}

/** Reads one object from the cluster itself. @throws AppError `not-found`, `forbidden`, … */
export async function readConfig(
  cluster: Cluster,
  ref: ObjectRef,
  signal?: AbortSignal,
): Promise<ConfigObject> {
  const object = await cluster.get(ref, signal);
  return {
    ref,
    apiVersion: object.apiVersion,
    text: objectText(object),
    resourceVersion: object.metadata.resourceVersion ?? "",
    createdAt: object.metadata.creationTimestamp,
    owner: gitOpsOwner(object),
    lastChange: lastChange(object),
    overrideReason: overrideReason(object),
  };
}

/** A kind's schema for the editor, from the cluster's own definitions; null when it serves none. */
export function readEditorSchema(mesh: MeshView, kind: KindId): JsonSchema | null {
  const info = kindInfo(kind);
  const schemas = mesh.derive(servedSchemas);
  const served = info.versions.filter((version) =>
    schemas.has(`${info.group}/${version}/${info.kind}`),
  );
  const schema = schemas.get(`${info.group}/${served[0] ?? ""}/${info.kind}`);
  if (!schema) return null;
  return editorSchema(describeSchema(schema, info), {
    apiVersions: served.map((version) => `${info.group}/${version}`),
    kind: info.kind,
    namespaced: info.namespaced,
  });
}
