import type { KindId } from "@/lib/istio/kinds";
import type { Field } from "../field";
import type { Subject } from "../rule";

/** Where a kind keeps the labels of its selector. */
export function selectorField({ kind, fields }: Pick<Subject, "kind" | "fields">): Field {
  const spec = fields.at("spec");
  if (kind === "Sidecar") return spec.at("workloadSelector", "labels");
  return spec.at("selector", "matchLabels");
}

/** Kinds whose selector, in the root namespace, reaches workloads of every namespace. */
const MESH_WIDE: ReadonlySet<KindId> = new Set([
  "AuthorizationPolicy",
  "RequestAuthentication",
  "Telemetry",
  "WasmPlugin",
]);

/** The namespace in which an object's selector looks; undefined for all. */
export function selectorScope(
  { kind, namespace }: Pick<Subject, "kind" | "namespace">,
  rootNamespace: string,
): string | undefined {
  return namespace === rootNamespace && MESH_WIDE.has(kind) ? undefined : namespace;
}
