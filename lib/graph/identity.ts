import type { KubeObject } from "@/lib/k8s/object";
import type { MeshView } from "@/lib/mesh/view";
import type { Callee, Party } from "./flows";
import type { NodeKind } from "./mesh-graph";
import {
  list,
  primaryService,
  record,
  selects,
  type ServiceFact,
  stringMap,
  type WorkloadFact,
  workloadIndex,
} from "./workload-index";

/** Who a party of the telemetry is. */
export interface Identity {
  readonly id: string;
  readonly kind: NodeKind;
  readonly name: string;
  readonly namespace?: string;
  /** The canonical revision that took part; `null` when no workload did. */
  readonly revision: string | null;
  readonly workload?: string;
}

const ENVOY_CLUSTERS: ReadonlyMap<string, NodeKind> = new Map([
  ["PassthroughCluster", "passthrough"],
  ["BlackHoleCluster", "blackhole"],
]);

const UNKNOWN: Identity = { id: "unknown", kind: "unknown", name: "unknown", revision: null };

/** Names the client of a flow. */
export function identifySource(source: Party, mesh: MeshView): Identity {
  return source.workload ? ofWorkload(source, mesh) : UNKNOWN;
}

/**
 * Names the server of a flow.
 *
 * A known workload is drawn as its own service, whatever name it was called by, so that calls to
 * it and calls by it meet in one node. Otherwise the name that was called says what it is. Where no
 * cluster was found (flags NC, NR) that name is the request's own host, short as the client wrote
 * it: `callerNamespace` is then where it is looked up.
 */
export function identifyTarget(target: Callee, mesh: MeshView, callerNamespace = ""): Identity {
  if (target.workload) return ofWorkload(target, mesh);
  const { service, serviceNamespace, host } = target;
  const cluster = ENVOY_CLUSTERS.get(service);
  if (cluster) return { id: cluster, kind: cluster, name: cluster, revision: null };

  const name = service || host;
  if (!name) return UNKNOWN;
  const { services } = mesh.derive(workloadIndex);
  const fact =
    services.get(`${serviceNamespace}/${service}`) ??
    services.get(serviceKey(host || name, callerNamespace));
  if (fact) return ofService(fact, mesh);
  const external = externalHosts(mesh);
  if (external.has(host) || external.has(name) || !serviceNamespace || looksForeign(name)) {
    return { id: `external:${name}`, kind: "external", name, revision: null };
  }
  return {
    id: `${serviceNamespace}/${name}`,
    kind: "service",
    name,
    namespace: serviceNamespace,
    revision: null,
  };
}

/** The service, as `namespace/name`, that the host of a request means inside the mesh. */
function serviceKey(host: string, callerNamespace: string): string {
  const [name = "", namespace = callerNamespace] = host.replace(/:\d+$/, "").split(".");
  return `${namespace}/${name}`;
}

function ofService(fact: ServiceFact, mesh: MeshView): Identity {
  const owners = new Set(fact.workloads.map(primaryService));
  const [only] = owners;
  const name = owners.size === 1 && only !== undefined ? only : fact.name;
  const kind = fact.workloads.some((workload) => isGateway(workload, mesh)) ? "gateway" : "service";
  return {
    id: `${fact.namespace}/${name}`,
    kind,
    name,
    namespace: fact.namespace,
    revision: null,
  };
}

/** Names a party that is known by its canonical service only, as latency between services is. */
export function identifyApp(party: Pick<Party, "namespace" | "app">, mesh: MeshView): Identity {
  const { namespace, app } = party;
  if (!app) return UNKNOWN;
  const workload = mesh.derive(workloadsByApp).get(`${namespace}/${app}`);
  const name = workload ? primaryService(workload) : app;
  const kind = workload && isGateway(workload, mesh) ? "gateway" : "service";
  return { id: `${namespace}/${name}`, kind, name, namespace, revision: null };
}

const workloadsByApp = (mesh: MeshView): ReadonlyMap<string, WorkloadFact> =>
  new Map(
    [...mesh.derive(workloadIndex).workloads.values()].map((workload) => [
      `${workload.namespace}/${workload.app}`,
      workload,
    ]),
  );

function ofWorkload(party: Party, mesh: MeshView): Identity {
  const { namespace, workload } = party;
  const fact = mesh.derive(workloadIndex).workloads.get(`${namespace}/${workload}`);
  const name = fact ? primaryService(fact) : party.app || workload;
  return {
    id: `${namespace}/${name}`,
    kind: fact && isGateway(fact, mesh) ? "gateway" : "service",
    name,
    namespace,
    revision: party.revision || fact?.revision || "latest",
    workload,
  };
}

/** Whether an Istio Gateway selects the workload, or the Gateway API made it. */
export function isGateway(workload: WorkloadFact, mesh: MeshView): boolean {
  if (workload.labels["gateway.networking.k8s.io/gateway-name"] !== undefined) {
    return workload.labels["gateway.istio.io/managed"] !== "istio.io-mesh-controller";
  }
  return mesh.derive(gatewaySelectors).some((selector) => selects(selector, workload.labels));
}

const gatewaySelectors = (mesh: MeshView) =>
  mesh.list("Gateway").map((gateway) => stringMap(record(gateway.spec).selector));

/** Hosts that ServiceEntries declare, with the entry that does. */
export const externalHosts = (mesh: MeshView): ReadonlyMap<string, KubeObject> =>
  mesh.derive(serviceEntryHosts);

function serviceEntryHosts(mesh: MeshView): ReadonlyMap<string, KubeObject> {
  const hosts = new Map<string, KubeObject>();
  for (const entry of mesh.list("ServiceEntry")) {
    for (const host of list(record(entry.spec).hosts)) {
      if (typeof host === "string" && !hosts.has(host)) hosts.set(host, entry);
    }
  }
  return hosts;
}

/** A name of a host that is no service of a cluster: Kubernetes names have no dots. */
const looksForeign = (name: string) => name.includes(".") && !name.endsWith(".svc.cluster.local");
