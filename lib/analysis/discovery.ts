import { weakMemo } from "@/lib/base/weak-memo";
import { type KindId, KINDS, type ObjectRef } from "@/lib/istio/kinds";
import { matchesLabels, type LabelSelector } from "@/lib/k8s/label-selector";
import { isRecord } from "@/lib/k8s/json-value";
import { withClusters } from "@/lib/mesh/clusters";
import { givenMeshConfig } from "@/lib/mesh/mesh-config";
import { applyChanges, type MeshView } from "@/lib/mesh/view";

/**
 * Whether istiod sees an object at all: with `discoverySelectors` in the mesh config it knows only
 * what is in namespaces that one of them selects. Objects outside namespaces always count, and so
 * do ConfigMaps: the mesh config and policies are read wherever they are.
 * Source: istio pkg/kube/namespace/filter.go.
 */
export function isDiscovered({ kind, namespace, name }: ObjectRef, mesh: MeshView): boolean {
  const home = kind === "Namespace" ? name : namespace;
  if (home === "" || kind === "ConfigMap") return true;
  const selectors = mesh.derive(discoverySelectors);
  if (!selectors) return true;
  const labels = mesh.get("Namespace", "", home)?.metadata.labels;
  return selectors.some((selector) => matchesLabels(selector, labels));
}

/**
 * The mesh as istiod sees it: nothing is found in namespaces that no selector selects, so that a
 * route to a Service there leads nowhere. The same view where all of it is seen. Namespaces stay:
 * whether one exists does not depend on who looks.
 */
export const discoveredView = weakMemo((view: MeshView): MeshView => {
  if (!view.derive(discoverySelectors)) return view;
  const hidden = HIDEABLE.flatMap((kind) =>
    view.list(kind).flatMap((object) => {
      const { namespace = "", name } = object.metadata;
      const isSeen = isDiscovered({ kind, namespace, name }, view);
      return isSeen ? [] : [{ type: "delete" as const, kind, object }];
    }),
  );
  if (hidden.length === 0) return view;
  const seen = applyChanges(view, hidden);
  return view.clusters ? withClusters(seen, view.clusters) : seen;
});

const HIDEABLE: readonly KindId[] = KINDS.filter(
  ({ id, namespaced }) => namespaced && id !== "ConfigMap",
).map(({ id }) => id);

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
