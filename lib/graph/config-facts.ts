import { serviceFqdn, serviceOfFqdn } from "@/lib/istio/host";
import { type KindId, kindIdOf } from "@/lib/istio/kinds";
import type { KubeObject } from "@/lib/k8s/object";
import { keepFact } from "@/lib/mesh/kept-fact";
import { meshConfig } from "@/lib/mesh/mesh-config";
import type { MeshView } from "@/lib/mesh/view";
import { compare } from "./collect";
import { externalHosts } from "./declared-hosts";
import type { DecidedBy, GraphNode } from "./mesh-graph";
import { destinationRules, type RouteFact, routeFacts, subsetsOf } from "./route-facts";
import { list, record, stringMap } from "./raw-fields";
import { selects } from "./selectors";
import { type WorkloadFact, workloadIndex } from "./workload-index";

/** A node, and what it is called by. */
export type Named = Pick<GraphNode, "kind" | "name" | "namespace" | "services">;

/** The hosts by which the mesh knows a node; empty for what has none. */
export function hostsOf({ kind, name, namespace, services }: Named): readonly string[] {
  if (kind === "external") return [name];
  if (namespace === undefined) return [];
  // Names of Kubernetes have no dots; what has is the host of a ServiceEntry.
  return services.map((service) =>
    service.includes(".") ? service : serviceFqdn(service, namespace),
  );
}

/**
 * The part of a service's requests that configuration gives each version, by canonical revision.
 * Read from the route without conditions; undefined when no route splits by subset.
 */
export function wantedShares(node: Named, mesh: MeshView): ReadonlyMap<string, number> | undefined {
  if (node.kind !== "service") return undefined;
  const host = hostsOf(node).find((name) => splitOf(name, mesh).length > 0);
  if (host === undefined) return undefined;

  const shares = new Map<string, number>();
  for (const { subset, share } of splitOf(host, mesh)) {
    const revisions = subset === undefined ? [] : subsetRevisions(host, subset, mesh);
    for (const revision of revisions) {
      // A subset that spans versions gives each what its pods make of it: no single number.
      const part = revisions.length === 1 ? share : Number.NaN;
      shares.set(revision, (shares.get(revision) ?? 0) + part);
    }
  }
  return new Map([...shares].filter(([, share]) => !Number.isNaN(share)));
}

/** The destinations of the route without conditions, where it splits by subset. */
function splitOf(host: string, mesh: MeshView): readonly RouteFact[] {
  const route = unconditional(mesh.derive(routeFacts).get(host) ?? []);
  return route.some(({ subset }) => subset !== undefined) ? route : [];
}

/** The objects that decide how a node is reached, most specific first. */
export function decidedBy(node: Named, mesh: MeshView): readonly DecidedBy[] {
  const decisions: DecidedBy[] = [];
  if (node.kind === "gateway") {
    for (const gateway of gatewaysOf(workloadsBehind(node, mesh), mesh)) {
      decisions.push(entry(gateway, serversOf(gateway)));
    }
  }
  for (const host of hostsOf(node)) {
    for (const fact of mesh.derive(routeFacts).get(host) ?? []) {
      decisions.push(entry(fact.virtualService, describeRoute(fact)));
    }
    for (const rule of mesh.derive(destinationRules).get(host) ?? []) {
      const subsets = list(record(rule.spec).subsets).map((subset) => record(subset).name);
      decisions.push(entry(rule, subsets.length > 0 ? `subsets ${subsets.join(", ")}` : "policy"));
    }
    const external = mesh.derive(externalHosts).get(host);
    if (external) decisions.push(entry(external, "declares the host"));
  }
  if (node.namespace !== undefined) {
    const policy = peerAuthentication(node.namespace, mesh);
    if (policy) decisions.push(entry(policy, modeOf(policy)));
  }
  return decisions;
}

/** The mTLS mode that pods of a namespace ask for, by policies without a selector. */
export function mtlsMode(namespace: string, mesh: MeshView): string {
  const policy = peerAuthentication(namespace, mesh);
  return policy ? modeOf(policy) : "PERMISSIVE";
}

/** Source: istio pilot/pkg/model/authentication.go: the namespace's oldest, else the root's. */
function peerAuthentication(namespace: string, mesh: MeshView): KubeObject | undefined {
  const wide = mesh.derive(widePolicies);
  return wide.get(namespace) ?? wide.get(mesh.derive(meshConfig).rootNamespace);
}

/** The oldest PeerAuthentication of each namespace that holds for all of its pods. */
function widePolicies(mesh: MeshView): ReadonlyMap<string, KubeObject> {
  const oldest = mesh
    .list("PeerAuthentication")
    .filter((policy) => Object.keys(record(record(policy.spec).selector)).length === 0)
    .filter((policy) => modeOf(policy) !== "UNSET")
    .sort((a, b) =>
      compare(a.metadata.creationTimestamp ?? "", b.metadata.creationTimestamp ?? ""),
    );
  const found = new Map<string, KubeObject>();
  for (const policy of oldest) {
    const { namespace = "" } = policy.metadata;
    if (!found.has(namespace)) found.set(namespace, policy);
  }
  return found;
}

keepFact(widePolicies, { kinds: ["PeerAuthentication"], facts: [] });

function modeOf(policy: KubeObject): string {
  const { mode } = record(record(policy.spec).mtls);
  return typeof mode === "string" ? mode : "UNSET";
}

/** The workloads of the cluster that stand behind what a node is called by. */
function workloadsBehind(node: Named, mesh: MeshView): readonly WorkloadFact[] {
  const { services, hosts } = mesh.derive(workloadIndex);
  return node.services.flatMap(
    (name) => (services.get(`${node.namespace ?? ""}/${name}`) ?? hosts.get(name))?.workloads ?? [],
  );
}

/** The Istio Gateways that select some workloads. */
export function gatewaysOf(
  workloads: readonly WorkloadFact[],
  mesh: MeshView,
): readonly KubeObject[] {
  return mesh.list("Gateway").filter((gateway) => {
    const selector = stringMap(record(gateway.spec).selector);
    return workloads.some(({ labels }) => selects(selector, labels));
  });
}

function serversOf(gateway: KubeObject): string {
  const servers = list(record(gateway.spec).servers).map(record);
  const ports = servers.map(({ port }) => record(port)).map((port) => `${String(port.number)}`);
  return `${ports.length === 1 ? "port" : "ports"} ${ports.join(", ")}`;
}

/** All destinations of the first route that has no conditions. */
function unconditional(facts: readonly RouteFact[]): readonly RouteFact[] {
  const first = facts.find(({ conditional }) => !conditional);
  return facts.filter(
    ({ virtualService, route }) =>
      virtualService === first?.virtualService && route === first.route,
  );
}

/** The canonical revisions of the workloads that a subset of a host selects. */
export function subsetRevisions(host: string, subset: string, mesh: MeshView): readonly string[] {
  const labels = subsetsOf(host, mesh).find(({ name }) => name === subset)?.labels;
  if (!labels) return [];
  const { services, hosts } = mesh.derive(workloadIndex);
  const service = serviceOfFqdn(host);
  const fact = service ? services.get(`${service.namespace}/${service.name}`) : hosts.get(host);
  const matching = (fact?.workloads ?? []).filter((workload) => selects(labels, workload.labels));
  return [...new Set(matching.map(({ revision }) => revision))];
}

function describeRoute({ path, subset, share, conditional }: RouteFact): string {
  const to = subset === undefined ? "" : ` to ${subset}`;
  const weight = share === 1 ? "" : `, weight ${Math.round(share * 100)}`;
  return `${path}${to}${weight}${conditional ? ", by match" : ""}`;
}

function entry(object: KubeObject, detail: string): DecidedBy {
  const { name, namespace = "" } = object.metadata;
  return { ref: { kind: kindOf(object), namespace, name }, detail };
}

function kindOf(object: KubeObject): KindId {
  const kind = kindIdOf(object);
  if (!kind) throw new TypeError(`${object.kind} of ${object.apiVersion} is not in the registry`);
  return kind;
}
