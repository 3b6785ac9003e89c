type Labels = Readonly<Record<string, string>>;

const CANONICAL_NAME = "service.istio.io/canonical-name";
const CANONICAL_REVISION = "service.istio.io/canonical-revision";

/**
 * The name of the canonical service that a pod belongs to: its own label, else the app labels,
 * else the workload's name (as `istioctl` and the injector compute it).
 */
export const canonicalName = (labels: Labels | undefined, workload: string): string =>
  labels?.[CANONICAL_NAME] || labels?.["app.kubernetes.io/name"] || labels?.["app"] || workload;

/** The revision of the canonical service that a pod belongs to; `latest` where it has none. */
export const canonicalRevision = (labels: Labels | undefined): string =>
  labels?.[CANONICAL_REVISION] ||
  labels?.["app.kubernetes.io/version"] ||
  labels?.["version"] ||
  "latest";
