import type { MeshView } from "@/lib/mesh/view";
import { Balancer } from "./balancer";
import type { Cluster } from "./cluster";
import { hashedEndpoint } from "./consistent-hash";
import type { Forward } from "./decision";
import { type GroupedEndpoints, groupedEndpoints } from "./endpoint-groups";
import { candidates } from "./candidates";
import type { MeshRequest, ProxyIdentity } from "./request";
import type { Trace } from "./trace";

type Spread = Pick<Forward, "endpoints" | "weights" | "hashed" | "rebalance">;

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
    return { endpoints, weights, hashed: hashedEndpoint(cluster, request, { beside, endpoints }) };
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

const known = new WeakMap<Cluster, Map<string, Balancer | undefined>>();

/** Undefined where all endpoints count alike and none is ever ejected. */
function balancerOf(mesh: MeshView, proxy: ProxyIdentity, cluster: Cluster): Balancer | undefined {
  const ofCluster = known.get(cluster) ?? new Map<string, Balancer | undefined>();
  known.set(cluster, ofCluster);
  const key = `${proxy.namespace}/${proxy.pod}`;
  if (!ofCluster.has(key)) ofCluster.set(key, newBalancer(mesh, proxy, cluster));
  return ofCluster.get(key);
}

function newBalancer(mesh: MeshView, proxy: ProxyIdentity, cluster: Cluster) {
  const { outlierDetection } = cluster.policy;
  const grouped = groupedEndpoints(mesh, proxy, cluster);
  if (!grouped && !outlierDetection) return undefined;
  return new Balancer(grouped ?? together(cluster), outlierDetection?.minHealthPercent ?? 0);
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
