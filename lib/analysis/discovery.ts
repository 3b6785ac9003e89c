import { matchesLabels, type LabelSelector } from "@/lib/k8s/label-selector";
import { isRecord } from "@/lib/k8s/json-value";
import { givenMeshConfig } from "@/lib/mesh/mesh-config";
import type { MeshView } from "@/lib/mesh/view";
import type { Subject } from "./rule";

/**
 * Whether istiod sees an object at all: with `discoverySelectors` in the mesh config it knows only
 * what is in namespaces that one of them selects. Objects outside namespaces always count, and so
 * do ConfigMaps: the mesh config and policies are read wherever they are.
 * Source: istio pkg/kube/namespace/filter.go.
 */
export function isDiscovered({ kind, namespace, name }: Subject, mesh: MeshView): boolean {
  const home = kind === "Namespace" ? name : namespace;
  if (home === "" || kind === "ConfigMap") return true;
  const selectors = mesh.derive(discoverySelectors);
  if (!selectors) return true;
  const labels = mesh.get("Namespace", "", home)?.metadata.labels;
  return selectors.some((selector) => matchesLabels(selector, labels));
}

/** Undefined where the mesh config has none: all namespaces are seen. */
function discoverySelectors(mesh: MeshView): readonly LabelSelector[] | undefined {
  const given = mesh.derive(givenMeshConfig)["discoverySelectors"];
  if (!Array.isArray(given) || given.length === 0) return undefined;
  return given.filter(isRecord).map(({ matchLabels, matchExpressions }) => ({
    ...(isRecord(matchLabels) && { matchLabels: matchLabels as Record<string, string> }),
    ...(Array.isArray(matchExpressions) && {
      matchExpressions: matchExpressions.filter(isRecord),
    }),
  }));
}
