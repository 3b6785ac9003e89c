import { AppError } from "@/lib/base/errors";
import { isPodReady, podSpec } from "@/lib/k8s/pod";
import type { KubeObject } from "@/lib/k8s/object";
import type { MeshView } from "@/lib/mesh/view";
import { samplesOf } from "../control-plane/pod-samples";
import type { Metrics, Sample } from "../ports";

/** One replica of istiod. */
export interface ControlPlanePod {
  readonly namespace: string;
  readonly name: string;
  readonly ready: boolean;
  /** `istio.io/rev`; undefined for an unlabelled one. */
  readonly revision: string | undefined;
  /** The tag of its image; undefined where it is named by digest. */
  readonly version: string | undefined;
  /** Connected proxies (`pilot_xds`). `null`: Prometheus has no such series of this pod. */
  readonly proxies: number | null;
  /** Pushes per second (`pilot_xds_pushes`). */
  readonly pushes: number | null;
  /** Configuration that proxies refused in the last half hour (`pilot_total_xds_rejects`). */
  readonly rejects: number | null;
}

/** The control plane, and why its figures are missing where they are. */
export interface ControlPlane {
  readonly pods: readonly ControlPlanePod[];
  readonly metricsError:
    { readonly message: string; readonly hint: string | undefined } | undefined;
}

const QUERIES = {
  proxies: "sum by (pod, instance) (pilot_xds)",
  pushes: "sum by (pod, instance) (rate(pilot_xds_pushes[2m]))",
  rejects: "sum by (pod, instance) (increase(pilot_total_xds_rejects[30m]))",
} as const;

/** Every istiod of the cluster; figures that Prometheus does not give are `null`, and it says why. */
export async function readControlPlane(
  { mesh, metrics }: { mesh: MeshView; metrics: Metrics },
  signal?: AbortSignal,
): Promise<ControlPlane> {
  const pods = mesh.derive(istiodPods);
  const options = signal ? { signal } : {};
  try {
    const [proxies, pushes, rejects] = await Promise.all([
      metrics.query(QUERIES.proxies, options),
      metrics.query(QUERIES.pushes, options),
      metrics.query(QUERIES.rejects, options),
    ]);
    const rows = pods.map((pod) => ({
      ...factsOf(pod),
      proxies: valueOf(proxies, pod, pods),
      pushes: valueOf(pushes, pod, pods),
      rejects: valueOf(rejects, pod, pods),
    }));
    return { pods: rows, metricsError: undefined };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const none = { proxies: null, pushes: null, rejects: null };
    return {
      pods: pods.map((pod) => ({ ...factsOf(pod), ...none })),
      metricsError: { message: error.message, hint: error.hint },
    };
  }
}

function istiodPods(mesh: MeshView): readonly KubeObject[] {
  return mesh
    .list("Pod")
    .filter(({ metadata: { labels = {} } }) => labels.app === "istiod" || labels.istio === "pilot")
    .toSorted((a, b) => a.metadata.name.localeCompare(b.metadata.name));
}

function factsOf(pod: KubeObject) {
  const { name, namespace = "", labels = {} } = pod.metadata;
  const image = podSpec(pod).containers?.find(({ name }) => name === "discovery")?.image;
  return {
    namespace,
    name,
    ready: isPodReady(pod),
    revision: labels["istio.io/rev"],
    version: image?.includes("@") ? undefined : image?.match(/:([^/:]+)$/)?.[1],
  };
}

const valueOf = (
  samples: readonly Sample[],
  pod: KubeObject,
  pods: readonly KubeObject[],
): number | null => samplesOf(samples, pod, pods)[0]?.value ?? null;
