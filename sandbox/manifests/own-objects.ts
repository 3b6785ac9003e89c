import { type KubeObject, objectKey } from "@/lib/k8s/object";
import type { ClusterState } from "@/sandbox/api/cluster-state";
import type { TrafficModel } from "@/sandbox/traffic/traffic-model";
import { inferTraffic } from "./infer-traffic";
import { loadManifests } from "./load-manifests";
import { type ManifestText, parseManifests } from "./parse-manifests";

/**
 * Loads manifests over what the cluster holds, and adds to its traffic what makes them live. Says
 * on stderr what was left out. @throws UsageError that names file, line and field
 */
export function withOwnObjects(
  state: ClusterState,
  traffic: TrafficModel,
  texts: readonly ManifestText[],
): TrafficModel {
  if (texts.length === 0) return traffic;
  const { stored, leftOut } = loadManifests(state.objects, parseManifests(texts));
  for (const [kind, count] of leftOut) {
    process.stderr.write(
      `sandbox: ${count} ${kind} left out: the sandbox serves no such kind; load its CustomResourceDefinition too, or ignore this\n`,
    );
  }
  const idOf = (object: KubeObject): string => `${object.kind} ${objectKey(object)}`;
  const own = new Set(stored.map(idOf));
  const inferred = inferTraffic(state.store.view(), (object) => own.has(idOf(object)));
  for (const object of inferred.objects) state.store.create(object);
  return {
    ...traffic,
    loads: [...traffic.loads, ...inferred.traffic.loads],
    apps: { ...inferred.traffic.apps, ...traffic.apps },
    ...(traffic.loads.length === 0 ? { followedPerSecond: FOLLOWED_PER_SECOND } : {}),
  };
}

/** One's own cluster may have any number of ways in. */
const FOLLOWED_PER_SECOND = 100;
