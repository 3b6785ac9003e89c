import { podSpec } from "@/lib/k8s/pod";
import { serviceSpec } from "@/lib/k8s/service";
import type { MeshView } from "@/lib/mesh/view";
import { Balancer, type Choices } from "./balancer";
import type { Cluster } from "./cluster";
import { hashedEndpoint } from "./consistent-hash";
import type { Endpoint } from "@/lib/mesh/endpoints";
import type { Forward } from "./decision";
import { type GroupedEndpoints, groupedEndpoints } from "./endpoint-groups";
import { candidates } from "./candidates";
import type { MeshRequest, ProxyIdentity } from "./request";
import type { Trace } from "./trace";

type Spread = Pick<Forward, "endpoints" | "weights" | "hashed" | "rebalance" | "elsewhere">;

const NOBODY: ReadonlySet<string> = new Set();

/**
 * How the requests of a proxy to a cluster spread over its endpoints.
 *
 * @param beside all clusters that the route may choose
 */
export function spread(
  mesh: MeshView,
  client: { readonly proxy: ProxyIdentity; readonly request: MeshRequest },
  {
    cluster,
    beside,
    trace,
  }: {
    readonly cluster: Cluster;
    readonly beside?: readonly Cluster[];
    readonly trace: Trace | undefined;
  },
): Spread {
  const { proxy, request } = client;
  const balancer = cluster.originalDestination ? undefined : balancerOf(mesh, proxy, cluster);
  if (!balancer) {
    const endpoints = candidates(mesh, client, cluster);
    return { endpoints, hashed: hashedEndpoint(cluster, request, { beside }) };
  }
  const among = (ejected: ReadonlySet<string>): Omit<Spread, "rebalance"> => {
    const { endpoints, weights } = balancer.choices(ejected);
    const hashed = hashedEndpoint(cluster, request, { beside, endpoints });
    return { endpoints, weights, hashed, elsewhere: otherPriorities(balancer, ejected) };
  };
  const all = among(NOBODY);
  if (trace && all.endpoints.length < cluster.ready.length) {
    trace({
      step: "endpoint",
      taken: true,
      object: cluster.subset?.object ?? cluster.rule?.rules[0]?.object,
      path: undefined,
      why: `${all.endpoints.length} of ${cluster.ready.length} ready endpoints come first by their localities`,
    });
  }
  return { ...all, rebalance: among };
}

/** So many tries fail before the priorities of those tried so far are left out. */
const UPDATE_FREQUENCY = 2;

/**
 * Where a retry goes that leaves out the priorities that were tried, once two more have failed: when
 * none is left all are tried anew. Source: Envoy's previous_priorities, as istiod sets it.
 */
const otherPriorities =
  (balancer: Balancer, ejected: ReadonlySet<string>) =>
  (tried: readonly Endpoint[]): Choices => {
    let attempted: Endpoint[] = [];
    let left = new Set<number>();
    let choices = balancer.choices(ejected);
    for (const endpoint of tried) {
      attempted.push(endpoint);
      if (attempted.length % UPDATE_FREQUENCY !== 0) continue;
      left = new Set([...left, ...attempted.map((one) => balancer.priorityOf(one))]);
      const others = balancer.choicesBeside(ejected, left);
      choices = others ?? balancer.choices(ejected);
      if (!others) [attempted, left] = [[], new Set()];
    }
    return choices;
  };

const known = new WeakMap<Cluster, Map<string, Balancer | undefined>>();

/** Undefined where all endpoints count alike and none is ever ejected. */
function balancerOf(mesh: MeshView, proxy: ProxyIdentity, cluster: Cluster): Balancer | undefined {
  const ofCluster = known.get(cluster) ?? new Map<string, Balancer | undefined>();
  known.set(cluster, ofCluster);
  const key = `${proxy.namespace}/${proxy.pod}`;
  if (!ofCluster.has(key)) ofCluster.set(key, newBalancer(mesh, proxy, cluster));
  return ofCluster.get(key);
}

function newBalancer(mesh: MeshView, proxy: ProxyIdentity, given: Cluster) {
  const near = onOwnNode(mesh, proxy, given);
  const cluster = near ? { ...given, ready: near } : given;
  if (cluster.waypoint) return undefined;
  const { outlierDetection } = cluster.policy;
  const grouped = groupedEndpoints(mesh, proxy, cluster);
  if (!grouped && !outlierDetection && !near) return undefined;
  return new Balancer(grouped ?? together(cluster), outlierDetection?.minHealthPercent ?? 0);
}

/** The endpoints on the client's node where the Service keeps to these; undefined for any other. */
function onOwnNode(mesh: MeshView, { namespace, pod }: ProxyIdentity, { service, ready }: Cluster) {
  if (service.kind !== "Service") return undefined;
  if (serviceSpec(service.object).internalTrafficPolicy !== "Local") return undefined;
  const client = mesh.get("Pod", namespace, pod);
  const node = client && podSpec(client).nodeName;
  return ready.filter(({ pod: server }) => server && podSpec(server).nodeName === node);
}

const together = ({ ready }: Cluster): GroupedEndpoints => ({
  groups:
    ready.length > 0
      ? [
          {
            locality: { region: "", zone: "", subzone: "" },
            endpoints: ready,
            weight: ready.length,
            priority: 0,
          },
        ]
      : [],
  byLocality: false,
});
