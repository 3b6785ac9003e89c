import { CommandError } from "@/cli/command";
import { type LiveCluster, liveObjects } from "@/cli/live-objects";
import { liveSyncs } from "@/cli/proxies/live-proxies";
import { RULES } from "@/lib/analysis/rules.gen";
import { AppError } from "@/lib/base/errors";
import { seconds } from "@/lib/base/units";
import { buildGraph } from "@/lib/graph/build-graph";
import { type GraphJson, graphJson } from "@/lib/graph/graph-json";
import type { MeshGraph } from "@/lib/graph/mesh-graph";
import { scopeGraph } from "@/lib/graph/scope-graph";
import type { KindId } from "@/lib/istio/kinds";
import type { KubeObject } from "@/lib/k8s/object";
import { type MeshView, meshView } from "@/lib/mesh/view";
import type { ProxySync } from "@/lib/xds/sync-status";
import { systemClock, systemRandom } from "@/server/clock";
import { kubeconfigPrometheus } from "@/server/cluster/kubeconfig-prometheus";
import { kubernetesCluster } from "@/server/cluster/kubernetes-cluster";
import { usualKubeconfig } from "@/server/cluster/usual-kubeconfig";
import { findPrometheus } from "@/server/metrics/find-prometheus";
import type { PrometheusTransport } from "@/server/metrics/http-transport";
import { meshAnalysis } from "@/server/config/mesh-analysis";
import { prometheusMetrics } from "@/server/metrics/prometheus";
import { judgeGraph, unsyncedWorkloads } from "@/server/topology/judge-graph";
import { readTelemetry } from "@/server/topology/read-telemetry";
import type { GraphOptions } from "./graph-options";

const DEADLINE = seconds(30);
/** What the rules of analysis read, without anybody's keys. */
const ANALYSED: ReadonlySet<KindId> = new Set(
  RULES.flatMap(({ kinds, reads }) => [...kinds, ...reads]).filter((kind) => kind !== "Secret"),
);

/** What a graph is drawn from besides telemetry. */
const KINDS: readonly KindId[] = [
  ...(["Pod", "Service", "WorkloadEntry", "ServiceEntry", "VirtualService"] as const),
  ...(["DestinationRule", "Gateway", "PeerAuthentication", "AuthorizationPolicy"] as const),
  ...(["HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute"] as const),
  // Whose annotations and rules set limits of health, and which name the root namespace.
  ...(["Namespace", "ConfigMap"] as const),
];

/**
 * The graph that the command line asks for, from a cluster and its Prometheus. `tell` gets what
 * the numbers cannot say: a source that was left out, a part that is missing.
 *
 * @throws CommandError when the cluster or Prometheus cannot be read
 */
export async function readMeshGraph(
  options: GraphOptions,
  tell: (note: string) => void,
): Promise<GraphJson> {
  const kubeconfig = options.kubeconfig ?? usualKubeconfig();
  const cluster =
    kubeconfig === undefined && options.context === undefined
      ? undefined
      : kubernetesCluster(
          { type: "kubeconfig", file: kubeconfig, context: options.context },
          { clock: systemClock, random: systemRandom },
        );
  try {
    const where =
      options.prometheus ??
      (kubeconfig === undefined
        ? undefined
        : await kubeconfigPrometheus(kubeconfig, options.context)) ??
      (cluster && (await findPrometheus(cluster)));
    if (where === undefined) {
      throw new CommandError(
        cluster
          ? "no ready Prometheus pod was found in the cluster; name one with --prometheus URL"
          : "there is neither a kubeconfig nor --prometheus URL to read from",
      );
    }
    if (!cluster) tell("no kubeconfig: the graph is drawn from telemetry alone");
    const problems: string[] = [];
    const skipped = (kind: KindId) => {
      if (KINDS.includes(kind)) problems.push(`this user may not list ${kind}: left out`);
      else tell(`this user may not list ${kind}: findings that rest on it are left out`);
    };
    const location = { kubeconfig, context: options.context };
    // What is wrong now says nothing about another time.
    const judged = cluster !== undefined && options.at === undefined;
    const kinds = judged ? [...new Set([...KINDS, ...ANALYSED])] : KINDS;
    const [objects, reading, proxies] = await Promise.all([
      cluster ? liveObjects(location, kinds, skipped) : Promise.resolve<readonly KubeObject[]>([]),
      telemetryOf(where, options),
      judged ? proxiesOf(location, tell) : Promise.resolve<readonly ProxySync[]>([]),
    ]);
    for (const note of [...problems, ...reading.missing]) tell(note);
    const { windowSeconds, type, namespaces } = options;
    const view = meshView(objects, systemClock.now());
    const measured = buildGraph(reading.telemetry, view, { windowSeconds, type });
    const graph = judged ? judgedGraph(measured, view, proxies) : measured;
    return graphJson(scopeGraph(graph, namespaces), {
      at: new Date(reading.at).toISOString(),
      namespaces,
      telemetry: { state: "live", message: null, missing: reading.missing },
      problems,
    });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new CommandError([error.message, error.hint].filter(Boolean).join(". "));
  } finally {
    cluster?.close();
  }
}

function telemetryOf(where: string | PrometheusTransport, options: GraphOptions) {
  const observer = { answered: () => undefined, failed: () => undefined };
  const metrics = prometheusMetrics(where, { clock: systemClock, observer });
  return readTelemetry({ metrics, clock: systemClock }, options.windowSeconds, {
    deadline: DEADLINE,
    signal: new AbortController().signal,
    ...(options.at === undefined ? {} : { at: options.at }),
  });
}

/** What istiods say of their proxies; none where none can be asked, which is told. */
async function proxiesOf(
  location: LiveCluster,
  tell: (note: string) => void,
): Promise<readonly ProxySync[]> {
  const unknown = (reason: string) => tell(`the state of proxies is not known: ${reason}`);
  try {
    return await liveSyncs(location, unknown);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    unknown(error.message);
    return [];
  }
}

function judgedGraph(graph: MeshGraph, view: MeshView, proxies: readonly ProxySync[]): MeshGraph {
  const findings = meshAnalysis({ view: () => view }, systemClock).current();
  const unsynced = unsyncedWorkloads(view, proxies, systemClock.now());
  return judgeGraph(graph, findings, unsynced).graph;
}
