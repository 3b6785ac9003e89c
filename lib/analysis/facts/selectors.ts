import type { KindId } from "@/lib/istio/kinds";
import { hasLabels } from "@/lib/k8s/label-selector";
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

/** Whether labels satisfy a selector of Kubernetes; an empty one takes all. */
export function matchesSelector(
  labels: Readonly<Record<string, string>>,
  selector: Field,
): boolean {
  if (!hasLabels(labels, selector.at("matchLabels").labels())) return false;
  return selector
    .at("matchExpressions")
    .items()
    .every((expression) => {
      const value = labels[expression.at("key").text ?? ""];
      const values = expression.at("values").texts();
      switch (expression.at("operator").text) {
        case "In":
          return value !== undefined && values.includes(value);
        case "NotIn":
          return value === undefined || !values.includes(value);
        case "Exists":
          return value !== undefined;
        case "DoesNotExist":
          return value === undefined;
        default:
          return false;
      }
    });
}
