import { analyzeMesh } from "@/lib/analysis/engine";
import { countLevels, type LevelCounts, type ObjectFinding } from "@/lib/analysis/finding";
import { RULES } from "@/lib/analysis/rules.gen";
import type { ObjectRef } from "@/lib/istio/kinds";
import type { MeshView } from "@/lib/mesh/view";

/** Every finding of the mesh as it is stored. Use with `view.derive`: once for each view. */
export const meshFindings = (mesh: MeshView): readonly ObjectFinding[] => analyzeMesh(mesh, RULES);

const refKey = ({ kind, namespace, name }: ObjectRef): string => `${kind}/${namespace}/${name}`;

const NONE: LevelCounts = { errors: 0, warnings: 0, infos: 0 };

/** How many findings each object has. Use with `view.derive`. */
export function findingCounts(mesh: MeshView): (ref: ObjectRef) => LevelCounts {
  const byObject = new Map<string, ObjectFinding[]>();
  for (const finding of mesh.derive(meshFindings)) {
    if (!finding.object) continue;
    const key = refKey(finding.object);
    byObject.set(key, [...(byObject.get(key) ?? []), finding]);
  }
  const counts = new Map([...byObject].map(([key, found]) => [key, countLevels(found)]));
  return (ref) => counts.get(refKey(ref)) ?? NONE;
}
