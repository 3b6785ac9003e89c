import { resolveHost, serviceOfFqdn } from "@/lib/istio/host";
import type { KindId } from "@/lib/istio/kinds";
import { keepFact } from "@/lib/mesh/kept-fact";
import type { MeshView } from "@/lib/mesh/view";
import { subsetRevisions } from "./config-facts";
import type { Identity, Naming } from "./identity";
import { list, record, stringMap } from "./raw-fields";
import { routeFacts } from "./route-facts";
import { selectorKey, selects } from "./selectors";
import { type WorkloadFact, workloadIndex } from "./workload-index";

/** Two ends that a route of a gateway joins. */
export interface ConfiguredEdge {
  readonly source: Identity;
  readonly target: Identity;
}

/**
 * What gateways are told to send on, and to whom, whether or not anybody asks them to: routes of
 * VirtualServices that name a Gateway, and routes of the Gateway API. Destinations of weight 0 are
 * none.
 */
export function configuredEdges(mesh: MeshView, naming: Naming): readonly ConfiguredEdge[] {
  const pairs = [...istioRoutes(mesh), ...gatewayApiRoutes(mesh)];
  return pairs.flatMap(({ gateway, host, subset }) => {
    const targets = targetsOf({ host, subset }, mesh, naming);
    return naming
      .nodesOf(gateway)
      .flatMap((source) => targets.map((target) => ({ source, target })));
  });
}

interface Route {
  readonly gateway: WorkloadFact;
  readonly host: string;
  readonly subset: string | undefined;
}

function* istioRoutes(mesh: MeshView): Generator<Route> {
  const behind = mesh.derive(workloadsOfGateways);
  for (const facts of mesh.derive(routeFacts).values()) {
    for (const { virtualService, host, subset, share } of facts) {
      if (share === 0) continue;
      const { namespace = "" } = virtualService.metadata;
      for (const name of list(record(virtualService.spec).gateways)) {
        if (typeof name !== "string" || name === "mesh") continue;
        const key = name.includes("/") ? name : `${namespace}/${name}`;
        for (const gateway of behind.get(key) ?? []) yield { gateway, host, subset };
      }
    }
  }
}

const ROUTE_KINDS = ["HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute"] as const satisfies KindId[];
const GATEWAY_NAME = "gateway.networking.k8s.io/gateway-name";

function* gatewayApiRoutes(mesh: MeshView): Generator<Route> {
  const byName = mesh.derive(kubernetesGatewayWorkloads);
  for (const route of ROUTE_KINDS.flatMap((kind) => mesh.list(kind))) {
    const { namespace = "" } = route.metadata;
    const spec = record(route.spec);
    const gateways = list(spec.parentRefs)
      .map(record)
      .filter(({ kind = "Gateway" }) => kind === "Gateway")
      .flatMap(
        (parent) => byName.get(`${text(parent.namespace, namespace)}/${text(parent.name)}`) ?? [],
      );
    const backends = list(spec.rules).flatMap((rule) => list(record(rule).backendRefs).map(record));
    for (const { kind = "Service", name, namespace: home, weight } of backends) {
      if (kind !== "Service" || typeof name !== "string" || weight === 0) continue;
      const host = resolveHost(name, text(home, namespace));
      for (const gateway of gateways) yield { gateway, host, subset: undefined };
    }
  }
}

const text = (value: unknown, otherwise = ""): string =>
  typeof value === "string" ? value : otherwise;

/** The workloads that each Istio Gateway selects, in any namespace. */
function workloadsOfGateways(mesh: MeshView): ReadonlyMap<string, readonly WorkloadFact[]> {
  const workloads = [...mesh.derive(workloadIndex).workloads.values()];
  // Thousands of Gateways select the same few pods.
  const selected = new Map<string, readonly WorkloadFact[]>();
  return new Map(
    mesh.list("Gateway").map(({ metadata: { namespace = "", name }, spec }) => {
      const selector = stringMap(record(spec).selector);
      const key = selectorKey(selector);
      const found =
        selected.get(key) ?? workloads.filter(({ labels }) => selects(selector, labels));
      selected.set(key, found);
      return [`${namespace}/${name}`, found];
    }),
  );
}

keepFact(workloadsOfGateways, { kinds: ["Gateway"], facts: [workloadIndex] });

/** The workloads that were deployed for each Gateway of the Gateway API. */
function kubernetesGatewayWorkloads(mesh: MeshView): ReadonlyMap<string, readonly WorkloadFact[]> {
  const byName = new Map<string, WorkloadFact[]>();
  for (const workload of mesh.derive(workloadIndex).workloads.values()) {
    const name = workload.labels[GATEWAY_NAME];
    if (name === undefined) continue;
    const key = `${workload.namespace}/${name}`;
    byName.set(key, [...(byName.get(key) ?? []), workload]);
  }
  return byName;
}

keepFact(kubernetesGatewayWorkloads, { kinds: [], facts: [workloadIndex] });

/** Who answers for a host: the workloads of its Service, those of the subset, or nobody known. */
function targetsOf(
  { host, subset }: Pick<Route, "host" | "subset">,
  mesh: MeshView,
  naming: Naming,
): readonly Identity[] {
  const { services, hosts } = mesh.derive(workloadIndex);
  const named = serviceOfFqdn(host);
  const fact = named ? services.get(`${named.namespace}/${named.name}`) : hosts.get(host);
  const revisions = subset === undefined ? undefined : subsetRevisions(host, subset, mesh);
  const workloads = (fact?.workloads ?? []).filter(
    ({ revision }) => revisions === undefined || revisions.includes(revision),
  );
  if (fact && workloads.length === 0 && revisions !== undefined) return [];
  const callee = {
    host,
    service: fact?.name ?? named?.name ?? host,
    serviceNamespace: named?.namespace ?? "",
  };
  const nobody = { workload: "", namespace: "", app: "", revision: "", cluster: "" };
  if (workloads.length === 0) return [naming.target({ ...nobody, ...callee })];
  return workloads.map(({ namespace, name, app, revision }) =>
    naming.target({ ...nobody, workload: name, namespace, app, revision, ...callee }),
  );
}
