import { serviceFqdn, serviceOfFqdn } from "@/lib/istio/host";
import { keepFact } from "@/lib/mesh/kept-fact";
import type { MeshView } from "@/lib/mesh/view";
import { externalHosts, gatewaySelectors } from "./declared-hosts";
import type { GraphType, NodeKind } from "./mesh-graph";
import type { Callee, Party } from "./parties";
import { selects } from "./selectors";
import {
  primaryService,
  type ServiceFact,
  type WorkloadFact,
  workloadIndex,
} from "./workload-index";

/** Who a party of the telemetry is in a graph of one type. */
export interface Identity {
  readonly id: string;
  readonly kind: NodeKind;
  readonly name: string;
  readonly namespace?: string;
  /** The canonical revision that took part; `null` when no workload did. */
  readonly revision: string | null;
  readonly workload?: string;
  /** The Service, or the full host of a ServiceEntry, that it was called by. */
  readonly service?: string;
}

/** Names parties as a graph of one type does. */
export interface Naming {
  /** The client of a flow. */
  source(source: Party): Identity;
  /**
   * The server of a flow.
   *
   * A known workload is drawn as itself (its app, its version), whatever name it was called by, so
   * that calls to it and calls by it meet in one node; only the graph of services goes by the name
   * that was called. Where no cluster was found (flags NC, NR) that name is the request's own host,
   * short as the client wrote it: `callerNamespace` is then where it is looked up.
   */
  target(target: Callee, callerNamespace?: string): Identity;
  /** The ids of the nodes that a workload of the cluster stands in. */
  nodesOf(workload: WorkloadFact): readonly Identity[];
}

const ENVOY_CLUSTERS: ReadonlyMap<string, NodeKind> = new Map([
  ["PassthroughCluster", "passthrough"],
  ["BlackHoleCluster", "blackhole"],
]);

const UNKNOWN: Identity = { id: "unknown", kind: "unknown", name: "unknown", revision: null };

/** How a graph of `type` names who takes part in the traffic of `mesh`. */
export function namingOf(type: GraphType, mesh: MeshView): Naming {
  const { workloads, services, hosts } = mesh.derive(workloadIndex);
  const byApp = mesh.derive(workloadsByApp);
  const gateways = mesh.derive(gatewayWorkloads);

  function nodeOf(
    namespace: string,
    name: string,
    more: { fact: WorkloadFact | undefined; revision: string | null; service?: string },
  ): Identity {
    const { fact, revision, service } = more;
    return {
      id: `${namespace}/${name}`,
      kind: fact && gateways.has(fact) ? "gateway" : type === "workload" ? "workload" : "service",
      name,
      namespace,
      revision,
      ...(fact ? { workload: fact.name } : {}),
      ...(service === undefined ? {} : { service }),
    };
  }

  function ofWorkload(party: Party, called: string | undefined): Identity {
    const { namespace, workload } = party;
    const fact = workloads.get(`${namespace}/${workload}`);
    const app = (fact?.app ?? party.app) || workload;
    const name =
      type === "workload"
        ? workload
        : type === "service"
          ? (called ?? (fact ? primaryService(fact) : app))
          : app;
    return {
      ...nodeOf(namespace, name, { fact, revision: party.revision || fact?.revision || "latest" }),
      workload,
      ...(called === undefined ? {} : { service: called }),
    };
  }

  /** A party that is known by its canonical service only, as latency between services is. */
  function ofApp({ namespace, app }: Party, called: string | undefined): Identity {
    if (!app) return UNKNOWN;
    const fact = byApp.get(`${namespace}/${app}`);
    const name = type === "service" ? (called ?? (fact ? primaryService(fact) : app)) : app;
    return nodeOf(namespace, name, { fact, revision: null });
  }

  function ofService(fact: ServiceFact): Identity {
    const apps = new Set(fact.workloads.map(({ app }) => app));
    const [only] = apps;
    const [workload] = fact.workloads;
    // Without a proxy before it, a pod does not tell its client who it is; there is but one to be.
    if (workload && fact.workloads.length === 1 && workload.pods.every(({ inMesh }) => !inMesh)) {
      const { namespace, name, app, revision } = workload;
      return ofWorkload({ namespace, workload: name, app, revision, cluster: "" }, fact.name);
    }
    if (type !== "workload") {
      const name = type !== "service" && apps.size === 1 && only !== undefined ? only : fact.name;
      const more = { fact: workload, revision: null, service: fact.name };
      const { workload: _none, ...identity } = nodeOf(fact.namespace, name, more);
      return identity;
    }
    return unreachedService(fact.namespace, fact.name);
  }

  /** A service without the pod that would have answered; in a graph of workloads no other is it. */
  const unreachedService = (namespace: string, name: string): Identity => ({
    id: type === "workload" ? `service:${namespace}/${name}` : `${namespace}/${name}`,
    kind: "service",
    name,
    namespace,
    revision: null,
    service: name,
  });

  /** The Service of the cluster that a party was called by. */
  function calledService(target: Callee, callerNamespace: string): ServiceFact | undefined {
    const { service, serviceNamespace, host, namespace } = target;
    return (
      services.get(`${serviceNamespace || namespace}/${service}`) ??
      hosts.get(host || service) ??
      services.get(serviceKey(host || service, callerNamespace))
    );
  }

  /** What the node of a called workload is called by; undefined for Envoy's own clusters. */
  function nameCalled(target: Callee, callerNamespace: string): string | undefined {
    const { service, host, namespace } = target;
    if (!service || service.endsWith("Cluster")) return undefined;
    const fact = calledService(target, callerNamespace);
    if (fact) return fact.namespace === namespace ? fact.name : undefined;
    // The Service may be gone since: the proxy's word is taken where it has the form of one.
    return host === serviceFqdn(service, namespace) ? service : undefined;
  }

  function target(callee: Callee, callerNamespace = ""): Identity {
    if (callee.workload) return ofWorkload(callee, nameCalled(callee, callerNamespace));
    if (callee.app) return ofApp(callee, nameCalled(callee, callerNamespace));
    const { service, serviceNamespace, host } = callee;
    const cluster = ENVOY_CLUSTERS.get(service);
    if (cluster) return { id: cluster, kind: cluster, name: cluster, revision: null };

    const name = service || host;
    if (!name) return UNKNOWN;
    const fact = calledService(callee, callerNamespace);
    if (fact) return ofService(fact);
    // A proxy that says no more than the host has said which service it is.
    const inside = serviceNamespace ? undefined : serviceOfFqdn(name);
    if (inside) return unreachedService(inside.namespace, inside.name);
    const external = mesh.derive(externalHosts);
    if (external.has(host) || external.has(name) || !serviceNamespace || looksForeign(name)) {
      return { id: `external:${name}`, kind: "external", name, revision: null };
    }
    return unreachedService(serviceNamespace, name);
  }

  return {
    source: (party) => {
      if (party.workload) return ofWorkload(party, undefined);
      return party.app ? ofApp(party, undefined) : UNKNOWN;
    },
    target,
    nodesOf(fact) {
      const { namespace, name, app, services: called, revision } = fact;
      const names =
        type === "workload"
          ? [name]
          : type !== "service"
            ? [app]
            : called.length > 0
              ? called
              : [app];
      return names.map((of) => nodeOf(namespace, of, { fact, revision }));
    },
  };
}

/** The service, as `namespace/name`, that the host of a request means inside the mesh. */
function serviceKey(host: string, callerNamespace: string): string {
  const [name = "", namespace = callerNamespace] = host.replace(/:\d+$/, "").split(".");
  return `${namespace}/${name}`;
}

const workloadsByApp = (mesh: MeshView): ReadonlyMap<string, WorkloadFact> =>
  new Map(
    [...mesh.derive(workloadIndex).workloads.values()].map((workload) => [
      `${workload.namespace}/${workload.app}`,
      workload,
    ]),
  );

keepFact(workloadsByApp, { kinds: [], facts: [workloadIndex] });

/** The workloads that an Istio Gateway selects, or that the Gateway API made. */
function gatewayWorkloads(mesh: MeshView): ReadonlySet<WorkloadFact> {
  const selectors = mesh.derive(gatewaySelectors);
  const isGateway = (workload: WorkloadFact) =>
    workload.labels["gateway.networking.k8s.io/gateway-name"] === undefined
      ? selectors.some((selector) => selects(selector, workload.labels))
      : !isWaypoint(workload);
  return new Set([...mesh.derive(workloadIndex).workloads.values()].filter(isGateway));
}

keepFact(gatewayWorkloads, { kinds: [], facts: [workloadIndex, gatewaySelectors] });

/**
 * Changes exactly when something else may be named, or counted, otherwise: of workloads that is
 * nothing that comes and goes with single pods. Use it with `mesh.derive`.
 */
export function namesOfMesh(mesh: MeshView): string {
  const { workloads, services, hosts } = mesh.derive(workloadIndex);
  const gateways = mesh.derive(gatewayWorkloads);
  const lines = [...workloads].map(([key, workload]) => {
    const { app, revision, services: names, pods } = workload;
    const kind = gateways.has(workload) ? "gateway" : isWaypoint(workload) ? "waypoint" : "";
    const inMesh = pods.some((pod) => pod.inMesh);
    return [key, app, revision, kind, inMesh, pods.some(({ ambient }) => ambient), ...names].join(
      " ",
    );
  });
  const external = [...mesh.derive(externalHosts).keys()];
  const entries = [...hosts].map(([host, { namespace }]) => `${host} ${namespace}`);
  return [...lines, "", ...services.keys(), "", ...entries, "", ...external].join("\n");
}

keepFact(namesOfMesh, { kinds: [], facts: [workloadIndex, gatewayWorkloads, externalHosts] });

/** Source: istio.io/latest/docs/ambient/usage/waypoint: istiod labels what it deploys for meshes. */
export const isWaypoint = ({ labels }: Pick<WorkloadFact, "labels">): boolean =>
  labels["gateway.istio.io/managed"] === "istio.io-mesh-controller";

/** A name of a host that is no service of a cluster: Kubernetes names have no dots. */
const looksForeign = (name: string) => name.includes(".") && !name.endsWith(".svc.cluster.local");
