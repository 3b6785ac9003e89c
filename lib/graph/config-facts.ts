import { serviceFqdn } from "@/lib/istio/host";
import { type KindId, kindIdOf } from "@/lib/istio/kinds";
import type { KubeObject } from "@/lib/k8s/object";
import type { MeshView } from "@/lib/mesh/view";
import { compare } from "./collect";
import { externalHosts } from "./identity";
import type { Badge, DecidedBy, GraphNode } from "./mesh-graph";
import { destinationRules, type RouteFact, routeFacts, subsetsOf } from "./route-facts";
import { list, record, selects, stringMap, workloadIndex } from "./workload-index";

/** The namespace whose policies hold for the whole mesh. Istio's default; `meshConfig` may move it. */
const ROOT_NAMESPACE = "istio-system";

type Named = Pick<GraphNode, "kind" | "name" | "namespace">;

/** The host by which the mesh knows a node; undefined for what has none. */
function hostOf(node: Named): string | undefined {
  if (node.kind === "external") return node.name;
  return node.namespace === undefined ? undefined : serviceFqdn(node.name, node.namespace);
}

/** The marks that configuration puts on the plate of a node, in the order they are drawn. */
export function badgesOf(node: Named, mesh: MeshView): readonly Badge[] {
  const host = hostOf(node);
  if (host === undefined) return [];
  const routes = mesh.derive(routeFacts).get(host) ?? [];
  const fields = new Set(routes.flatMap((route) => [...route.fields]));
  const breaks = (mesh.derive(destinationRules).get(host) ?? []).some(isCircuitBreaker);
  const has: Record<Badge, boolean> = {
    gateway: node.kind === "gateway" && gatewaysOf(node, mesh).length > 0,
    "virtual-service": routes.length > 0,
    fault: fields.has("fault"),
    timeout: fields.has("timeout"),
    retry: fields.has("retries"),
    mirror: fields.has("mirror"),
    "circuit-breaker": breaks,
  };
  return (Object.keys(has) as Badge[]).filter((badge) => has[badge]);
}

/**
 * The part of a service's requests that configuration gives each version, by canonical revision.
 * Read from the route without conditions; undefined when no route splits by subset.
 */
export function wantedShares(node: Named, mesh: MeshView): ReadonlyMap<string, number> | undefined {
  const host = hostOf(node);
  if (host === undefined || node.kind !== "service") return undefined;
  const route = unconditional(mesh.derive(routeFacts).get(host) ?? []);
  if (!route.some(({ subset }) => subset !== undefined)) return undefined;

  const shares = new Map<string, number>();
  for (const { subset, share } of route) {
    const revisions = subset === undefined ? [] : revisionsOf(node, subset, mesh);
    for (const revision of revisions) {
      // A subset that spans versions gives each what its pods make of it: no single number.
      const part = revisions.length === 1 ? share : Number.NaN;
      shares.set(revision, (shares.get(revision) ?? 0) + part);
    }
  }
  return new Map([...shares].filter(([, share]) => !Number.isNaN(share)));
}

/** The objects that decide how a node is reached, most specific first. */
export function decidedBy(node: Named, mesh: MeshView): readonly DecidedBy[] {
  const host = hostOf(node);
  const decisions: DecidedBy[] = [];
  if (node.kind === "gateway") {
    for (const gateway of gatewaysOf(node, mesh))
      decisions.push(entry(gateway, serversOf(gateway)));
  }
  if (host !== undefined) {
    for (const fact of mesh.derive(routeFacts).get(host) ?? []) {
      decisions.push(entry(fact.virtualService, describeRoute(fact)));
    }
    for (const rule of mesh.derive(destinationRules).get(host) ?? []) {
      const subsets = list(record(rule.spec).subsets).map((subset) => record(subset).name);
      decisions.push(entry(rule, subsets.length > 0 ? `subsets ${subsets.join(", ")}` : "policy"));
    }
    const external = externalHosts(mesh).get(host);
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
  const wide = mesh
    .list("PeerAuthentication")
    .filter((policy) => Object.keys(record(record(policy.spec).selector)).length === 0)
    .filter((policy) => modeOf(policy) !== "UNSET")
    .sort((a, b) =>
      compare(a.metadata.creationTimestamp ?? "", b.metadata.creationTimestamp ?? ""),
    );
  return (
    wide.find((policy) => policy.metadata.namespace === namespace) ??
    wide.find((policy) => policy.metadata.namespace === ROOT_NAMESPACE)
  );
}

function modeOf(policy: KubeObject): string {
  const { mode } = record(record(policy.spec).mtls);
  return typeof mode === "string" ? mode : "UNSET";
}

/** The Istio Gateways that select the pods of a node. */
function gatewaysOf(node: Named, mesh: MeshView): readonly KubeObject[] {
  const { services } = mesh.derive(workloadIndex);
  const workloads = services.get(`${node.namespace ?? ""}/${node.name}`)?.workloads ?? [];
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

function revisionsOf(node: Named, subset: string, mesh: MeshView): readonly string[] {
  const host = hostOf(node) ?? "";
  const labels = subsetsOf(host, mesh).find(({ name }) => name === subset)?.labels;
  if (!labels) return [];
  const { services } = mesh.derive(workloadIndex);
  const workloads = services.get(`${node.namespace ?? ""}/${node.name}`)?.workloads ?? [];
  const matching = workloads.filter((workload) => selects(labels, workload.labels));
  return [...new Set(matching.map(({ revision }) => revision))];
}

function describeRoute({ path, subset, share, conditional }: RouteFact): string {
  const to = subset === undefined ? "" : ` to ${subset}`;
  const weight = share === 1 ? "" : `, weight ${Math.round(share * 100)}`;
  return `${path}${to}${weight}${conditional ? ", by match" : ""}`;
}

function isCircuitBreaker(rule: KubeObject): boolean {
  const spec = record(rule.spec);
  const policies = [spec.trafficPolicy, ...list(spec.subsets).map((s) => record(s).trafficPolicy)];
  return policies
    .map(record)
    .some((p) => p.outlierDetection !== undefined || p.connectionPool !== undefined);
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
