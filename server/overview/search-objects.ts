import { CONFIG_KINDS, type KindId, kindInfo, type ObjectRef } from "@/lib/istio/kinds";
import type { MeshView } from "@/lib/mesh/view";

/** What one can jump to by name, besides pages. */
const SOUGHT: readonly KindId[] = ["Service", ...CONFIG_KINDS];

interface Entry {
  readonly ref: ObjectRef;
  readonly name: string;
  /** All words by which it can be found, in lower case. */
  readonly words: string;
}

/**
 * Services and configuration whose kind, namespace or name hold every word of `text`; the closest
 * names first. Kinds are known by name, plural and two-letter tag: `vs reviews`.
 */
export function searchObjects(mesh: MeshView, text: string, limit: number): readonly ObjectRef[] {
  const words = text
    .toLowerCase()
    .split(/[\s/.:]+/)
    .filter((word) => word !== "");
  if (words.length === 0) return [];
  return mesh
    .derive(entries)
    .flatMap((entry) => {
      if (!words.every((word) => entry.words.includes(word))) return [];
      return [{ ref: entry.ref, rank: rank(entry.name, words) }];
    })
    .sort((a, b) => a.rank - b.rank || a.ref.name.length - b.ref.name.length)
    .slice(0, limit)
    .map(({ ref }) => ref);
}

/** 0 is the name itself, 1 begins with a word, 2 holds one, 3 was found by kind or namespace. */
function rank(name: string, words: readonly string[]): number {
  if (words.includes(name)) return 0;
  if (words.some((word) => name.startsWith(word))) return 1;
  return words.some((word) => name.includes(word)) ? 2 : 3;
}

function entries(mesh: MeshView): readonly Entry[] {
  return SOUGHT.flatMap((kind) => {
    const { plural, tag } = kindInfo(kind);
    return mesh.list(kind).map(({ metadata: { name, namespace = "" } }): Entry => ({
      ref: { kind, namespace, name },
      name,
      words: `${kind} ${plural} ${tag} ${namespace}/${name}`.toLowerCase(),
    }));
  });
}
