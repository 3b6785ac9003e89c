import type { KubeObject } from "@/lib/k8s/object";
import { stamp } from "./object-lifecycle";
import type { ResourceType } from "./resource-type";
import { qualified } from "./status-error";

interface Content {
  readonly type: ResourceType;
  readonly object: KubeObject;
}

const counted = (names: readonly string[]): readonly (readonly [string, number])[] => {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
};

/**
 * What a namespace that is being deleted says of the content that is left in it. `now` is in ms.
 * Source: the conditions of Kubernetes' namespace controller.
 */
export function contentConditions(left: readonly Content[], now: number): readonly unknown[] {
  const condition = (type: string, status: "True" | "False", reason: string, message: string) => ({
    type,
    status,
    lastTransitionTime: stamp(now),
    reason,
    message,
  });
  const fine = (type: string, reason: string, message: string) =>
    condition(type, "False", reason, message);
  // Kinds of the core group are named with the dot that separates a group.
  const kinds = counted(
    left.map(({ type }) => (type.group ? qualified(type) : `${type.plural}.`)),
  ).map(([name, count]) => `${name} has ${count} resource instances`);
  const holding = counted(left.flatMap(({ object }) => object.metadata.finalizers ?? [])).map(
    ([name, count]) => `${name} in ${count} resource instances`,
  );
  return [
    fine(
      "NamespaceDeletionDiscoveryFailure",
      "ResourcesDiscovered",
      "All resources successfully discovered",
    ),
    fine(
      "NamespaceDeletionGroupVersionParsingFailure",
      "ParsedGroupVersions",
      "All legacy kube types successfully parsed",
    ),
    fine(
      "NamespaceDeletionContentFailure",
      "ContentDeleted",
      "All content successfully deleted, may be waiting on finalization",
    ),
    condition(
      "NamespaceContentRemaining",
      "True",
      "SomeResourcesRemain",
      `Some resources are remaining: ${kinds.join(", ")}`,
    ),
    holding.length > 0
      ? condition(
          "NamespaceFinalizersRemaining",
          "True",
          "SomeFinalizersRemain",
          `Some content in the namespace has finalizers remaining: ${holding.join(", ")}`,
        )
      : fine(
          "NamespaceFinalizersRemaining",
          "ContentHasNoFinalizers",
          "All content-preserving finalizers finished",
        ),
  ];
}
