import { AppError } from "@/lib/base/errors";
import { isPodReady } from "@/lib/k8s/pod";
import type { KubeObject } from "@/lib/k8s/object";
import type { MeshView } from "@/lib/mesh/view";
import { istiodPods } from "../proxies/mesh-proxies";
import type { Metrics, Sample } from "../ports";
import { samplesOf } from "./pod-samples";

/** What one istiod does, as it tells Prometheus. `null`: there is no such series of this pod. */
export interface IstiodFigures {
  readonly namespace: string;
  readonly name: string;
  readonly ready: boolean;
  /** `istio.io/rev`; undefined for an unlabelled one. */
  readonly revision: string | undefined;
  /** The tag of its image; undefined where it is named by digest. */
  readonly version: string | undefined;
  readonly uptimeSeconds: number | null;
  readonly proxies: number | null;
  /** Pushes per second. */
  readonly pushes: number | null;
  /** 99th percentile of the time from a change to what a proxy gets, in ms. */
  readonly convergenceMs: number | null;
  /** 99th percentile of the time that a push waits for its turn, in ms. */
  readonly queueMs: number | null;
  /** Refused configuration of the last half hour by type, such as `lds`; types without any are left out. */
  readonly rejects: readonly { readonly type: string; readonly count: number }[] | null;
  /** Errors of istiod itself while it made configuration, in the last half hour. */
  readonly internalErrors: number | null;
  /** When its root certificate ends, and the chain it signs with: ms since the epoch. */
  readonly rootEnds: number | null;
  readonly chainEnds: number | null;
}

/** Figures of every istiod, and why they are missing where they are. */
export interface ControlPlaneFigures {
  readonly istiods: readonly IstiodFigures[];
  readonly error: { readonly message: string; readonly hint: string | undefined } | undefined;
}

const BY = "by (pod, instance)";

/** istiod's metrics (pilot/pkg/xds/monitoring.go, security/pkg/server/ca/monitoring.go). */
const QUERIES = {
  uptime: `max ${BY} (istiod_uptime_seconds)`,
  proxies: `sum ${BY} (pilot_xds)`,
  pushes: `sum ${BY} (rate(pilot_xds_pushes[2m]))`,
  convergence: `histogram_quantile(0.99, sum by (le, pod, instance) (rate(pilot_proxy_convergence_time_bucket[30m])))`,
  queue: `histogram_quantile(0.99, sum by (le, pod, instance) (rate(pilot_proxy_queue_time_bucket[30m])))`,
  rejects: `sum by (type, pod, instance) (increase(pilot_total_xds_rejects[30m]))`,
  errors: `sum ${BY} (increase(pilot_total_xds_internal_errors[30m]))`,
  root: `min ${BY} (citadel_server_root_cert_expiry_timestamp)`,
  chain: `min ${BY} (citadel_server_cert_chain_expiry_timestamp)`,
} as const;

type Answers = Readonly<Record<keyof typeof QUERIES, readonly Sample[]>>;

/** Reads what every istiod that runs tells Prometheus. The pods are listed while that is away, too. */
export async function istiodFigures(
  { mesh, metrics }: { readonly mesh: MeshView; readonly metrics: Metrics },
  signal?: AbortSignal,
): Promise<ControlPlaneFigures> {
  const pods = mesh.derive(istiodPods).flatMap((facts) => {
    const pod = mesh.get("Pod", facts.namespace, facts.name);
    return pod ? [{ ...facts, pod }] : [];
  });
  const objects = pods.map(({ pod }) => pod);
  const rows = (answers: Partial<Answers>) =>
    pods.map(({ pod, namespace, name, version }) => ({
      ...{ namespace, name, version, ready: isPodReady(pod) },
      revision: pod.metadata.labels?.["istio.io/rev"],
      ...figuresOf(answers, pod, objects),
    }));
  try {
    const names = Object.keys(QUERIES) as (keyof typeof QUERIES)[];
    const answers = await Promise.all(
      names.map((name) => metrics.query(QUERIES[name], signal ? { signal } : {})),
    );
    const byName = Object.fromEntries(names.map((name, at) => [name, answers[at] ?? []]));
    return { istiods: rows(byName), error: undefined };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { istiods: rows({}), error: { message: error.message, hint: error.hint } };
  }
}

function figuresOf(answers: Partial<Answers>, pod: KubeObject, pods: readonly KubeObject[]) {
  const mine = (name: keyof typeof QUERIES) => samplesOf(answers[name] ?? [], pod, pods);
  const one = (name: keyof typeof QUERIES): number | null => mine(name)[0]?.value ?? null;
  const inMs = (value: number | null): number | null => (value === null ? null : value * 1000);
  const rejects = mine("rejects").flatMap(({ labels, value }) =>
    value === null ? [] : [{ type: labels["type"] ?? "", count: Math.round(value) }],
  );
  return {
    uptimeSeconds: one("uptime"),
    proxies: one("proxies"),
    pushes: one("pushes"),
    convergenceMs: inMs(one("convergence")),
    queueMs: inMs(one("queue")),
    rejects: mine("rejects").length === 0 ? null : rejects.filter(({ count }) => count > 0),
    internalErrors: one("errors"),
    rootEnds: inMs(one("root")),
    chainEnds: inMs(one("chain")),
  };
}
