import type { MeshIndex } from "@/lib/mesh/mesh-index";
import type { MeshView } from "@/lib/mesh/view";
import { textsIn } from "../field";

/**
 * Whether there is no such namespace. Where the mesh holds no Namespace at all, as files may, it
 * is not known, and so not said.
 */
export const isUnknownNamespace = (mesh: MeshView, name: string): boolean =>
  mesh.get("Namespace", "", name) === undefined && mesh.lookup(NAMES, "").length > 0;

/** The names of all namespaces. */
export const namespaceNames = (mesh: MeshView): readonly string[] => mesh.lookup(NAMES, "");

/** The labels of a namespace; none for one that is not there. */
export function namespaceLabels(mesh: MeshView, name: string): Readonly<Record<string, string>> {
  const object = mesh.get("Namespace", "", name);
  return object ? textsIn(object.metadata.labels) : {};
}

const NAMES: MeshIndex<string> = {
  kinds: ["Namespace"],
  entries: ({ metadata }) => [["", metadata.name]],
};
