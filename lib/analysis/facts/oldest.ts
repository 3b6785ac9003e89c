import { compareText } from "@/lib/base/compare-text";
import type { KubeObject } from "@/lib/k8s/object";

/**
 * The object that counts where istiod takes one of several: by creation, then name, then
 * namespace. A draft that has no date yet will be the newest.
 */
export function oldest(objects: readonly KubeObject[]): KubeObject | undefined {
  return objects.toSorted(compareAge)[0];
}

/** Orders objects from the oldest to the newest. Source: istiod's sortConfigByCreationTime. */
export function compareAge(a: KubeObject, b: KubeObject): number {
  return (
    compareText(a.metadata.creationTimestamp ?? NEVER, b.metadata.creationTimestamp ?? NEVER) ||
    compareText(a.metadata.name, b.metadata.name) ||
    compareText(a.metadata.namespace ?? "", b.metadata.namespace ?? "")
  );
}

const NEVER = "9999";
