import { AppError } from "@/lib/base/errors";
import { seconds } from "@/lib/base/units";
import { isRecord } from "@/lib/k8s/json-value";
import type { KubeObject } from "@/lib/k8s/object";
import type { Cluster } from "../ports";
import { MAX_MEGABYTES, type PrometheusTransport } from "./http-transport";

const PORT = 9090;
const TIMEOUT = seconds(10);

/**
 * How pods of a Prometheus are labelled: by Istio's sample, its own Helm chart and the operator;
 * before those, by older charts.
 */
const SELECTORS = ["app.kubernetes.io/name=prometheus", "app=prometheus"] as const;

/**
 * The Prometheus that runs in the cluster, reached through the API server's port-forward: a ready
 * pod with its usual labels, that of istio-system where there are several, else the first by
 * namespace and name.
 *
 * @returns undefined where there is none, or where this user may not list pods.
 */
export async function findPrometheus(
  cluster: Cluster,
  signal?: AbortSignal,
): Promise<PrometheusTransport | undefined> {
  for (const labelSelector of SELECTORS) {
    const pods = await podsOf(cluster, labelSelector, signal);
    const [best] = pods
      .filter(isReady)
      .sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : placeOf(a) > placeOf(b) ? 1 : 0));
    if (best) return podTransport(cluster, best);
  }
  return undefined;
}

async function podsOf(
  cluster: Cluster,
  labelSelector: string,
  signal: AbortSignal | undefined,
): Promise<readonly KubeObject[]> {
  try {
    return (await cluster.list("Pod", { labelSelector, ...(signal && { signal }) })).items;
  } catch (error) {
    if (error instanceof AppError && error.code === "forbidden") return [];
    throw error;
  }
}

const placeOf = ({ metadata: { namespace = "", name } }: KubeObject): string =>
  `${namespace === "istio-system" ? 0 : 1} ${namespace}/${name}`;

function isReady({ status }: KubeObject): boolean {
  const conditions = isRecord(status) && Array.isArray(status.conditions) ? status.conditions : [];
  return conditions.some(
    (condition) => isRecord(condition) && condition.type === "Ready" && condition.status === "True",
  );
}

function podTransport(cluster: Cluster, pod: KubeObject): PrometheusTransport {
  const { namespace = "", name } = pod.metadata;
  return {
    url: `pod ${namespace}/${name}`,
    host: `pod ${namespace}/${name}`,
    async post(path, form, { signal, within = TIMEOUT }) {
      // Not every form of POST passes a port-forward's HTTP client; queries are short enough.
      const query = new URLSearchParams(form).toString();
      const { status, body } = await cluster.podRequest(
        { namespace, name, port: PORT },
        { path: `/${path}?${query}`, maxBytes: MAX_MEGABYTES * 1024 * 1024, timeout: within },
        signal,
      );
      return { status, text: body };
    },
  };
}
