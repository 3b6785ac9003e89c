import type { KubeObject } from "@/lib/k8s/object";
import type { Sample } from "../ports";

/**
 * The samples of one of `pods`. Scrape configurations differ in what they call a target: by pod, or
 * by its address alone; where only one pod can be meant, neither is needed.
 */
export function samplesOf(
  samples: readonly Sample[],
  pod: KubeObject,
  pods: readonly KubeObject[],
): readonly Sample[] {
  const { podIP } = (pod.status ?? {}) as { podIP?: string };
  const mine = samples.filter(
    ({ labels }) =>
      labels["pod"] === pod.metadata.name ||
      (podIP !== undefined && labels["instance"]?.split(":")[0] === podIP),
  );
  if (mine.length > 0 || pods.length !== 1) return mine;
  const targets = new Set(samples.map(({ labels }) => `${labels["pod"]} ${labels["instance"]}`));
  return targets.size === 1 ? samples : [];
}
