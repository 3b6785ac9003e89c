import { compareText } from "@/lib/base/compare-text";
import type { KubeObject } from "./object";

/**
 * Orders objects as istiod does wherever the oldest one wins: by creation, which has a resolution
 * of one second, then by name, then by namespace. A draft without a creation time comes last,
 * because it would be the youngest.
 */
export function compareCreation(a: KubeObject, b: KubeObject): number {
  return (
    compareText(a.metadata.creationTimestamp ?? "~", b.metadata.creationTimestamp ?? "~") ||
    compareText(a.metadata.name, b.metadata.name) ||
    compareText(a.metadata.namespace ?? "", b.metadata.namespace ?? "")
  );
}
