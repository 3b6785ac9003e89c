import type { MeshView } from "@/lib/mesh/view";
import type { Ends } from "./ends";
import { type Identity, namesOfMesh, namingOf } from "./identity";
import type { GraphType } from "./mesh-graph";
import type { Callee } from "./parties";

/** Who the two ends of a series are in a graph. */
interface NamedEnds {
  readonly source: Identity;
  readonly target: Identity;
}

/** By type: what was named by the names that the mesh had last. */
const named = new Map<
  GraphType,
  { readonly names: string; readonly byTarget: WeakMap<Callee, NamedEnds> }
>();

/**
 * Names the ends of series. The same ones come back with each refresh, so who they are is remembered
 * until something in the mesh is named otherwise.
 */
export function endsNaming(
  type: GraphType,
  mesh: MeshView,
): (ends: Pick<Ends, "source" | "target">) => NamedEnds {
  const names = mesh.derive(namesOfMesh);
  let known = named.get(type);
  if (known?.names !== names) {
    known = { names, byTarget: new WeakMap() };
    named.set(type, known);
  }
  const { byTarget } = known;
  const naming = namingOf(type, mesh);
  return ({ source, target }) => {
    // Each pair of ends has a target of its own: `endsOf` reads them together.
    let found = byTarget.get(target);
    if (!found) {
      found = { source: naming.source(source), target: naming.target(target, source.namespace) };
      byTarget.set(target, found);
    }
    return found;
  };
}
