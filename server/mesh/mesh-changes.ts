import type { KindId } from "@/lib/istio/kinds";
import { type KubeObject, objectKey } from "@/lib/k8s/object";
import type { MeshChange } from "@/lib/mesh/view";

/** The changes that lead from `before` to exactly `objects`. */
export function difference(
  kind: KindId,
  before: ReadonlyMap<string, KubeObject>,
  objects: readonly KubeObject[],
): MeshChange[] {
  const kept = new Set(objects.map(objectKey));
  const gone = [...before.values()].filter((object) => !kept.has(objectKey(object)));
  return [
    ...gone.map((object) => ({ type: "delete", kind, object }) as const),
    ...objects.flatMap((object) =>
      changesOf(kind, { type: "put", object }, before.get(objectKey(object))),
    ),
  ];
}

/** One event against what is known: repeats say nothing, a new uid is a new object. */
export function changesOf(
  kind: KindId,
  { type, object }: { readonly type: "put" | "delete"; readonly object: KubeObject },
  known: KubeObject | undefined,
): MeshChange[] {
  if (type === "delete") return known ? [{ type, kind, object: known }] : [];
  if (!known) return [{ type, kind, object }];
  if (known.metadata.uid !== object.metadata.uid) {
    return [
      { type: "delete", kind, object: known },
      { type: "put", kind, object },
    ];
  }
  return known.metadata.resourceVersion === object.metadata.resourceVersion
    ? []
    : [{ type, kind, object }];
}
