import { keepFact } from "@/lib/mesh/kept-fact";
import { meshConfig } from "@/lib/mesh/mesh-config";
import type { MeshView } from "@/lib/mesh/view";
import type { KubeObject } from "@/lib/k8s/object";
import { gatewaysOf, hostsOf, type Named } from "./config-facts";
import type { Badge } from "./mesh-graph";
import { list, record, stringMap } from "./raw-fields";
import { destinationRules, routeFacts } from "./route-facts";
import { selects } from "./selectors";
import { type WorkloadFact } from "./workload-index";

/**
 * The marks that configuration puts on the plate of a node, in the order they are drawn. That of a
 * canary, which is told by its versions, stands before them.
 */
export function badgesOf(
  node: Named,
  { mesh, workloads }: { readonly mesh: MeshView; readonly workloads: readonly WorkloadFact[] },
): readonly Badge[] {
  const hosts = hostsOf(node);
  const routes = hosts.flatMap((host) => mesh.derive(routeFacts).get(host) ?? []);
  const rules = hosts.flatMap((host) => mesh.derive(destinationRules).get(host) ?? []);
  const fields = new Set(routes.flatMap((route) => [...route.fields]));
  const pods = workloads.flatMap((workload) => workload.pods);
  const has: Record<Exclude<Badge, "canary">, boolean> = {
    "missing-sidecar": pods.some(({ inMesh }) => !inMesh),
    gateway: node.kind === "gateway" && gatewaysOf(workloads, mesh).length > 0,
    "virtual-service": routes.length > 0,
    "destination-rule": rules.length > 0,
    fault: fields.has("fault"),
    timeout: fields.has("timeout"),
    retry: fields.has("retries"),
    mirror: fields.has("mirror"),
    "circuit-breaker": rules.some(isCircuitBreaker),
    authorization: workloads.some((workload) => isGuarded(workload, mesh)),
    "virtual-machine": pods.some(({ machine }) => machine),
  };
  return (Object.keys(has) as (keyof typeof has)[]).filter((badge) => has[badge]);
}

function isCircuitBreaker(rule: KubeObject): boolean {
  const spec = record(rule.spec);
  const policies = [spec.trafficPolicy, ...list(spec.subsets).map((s) => record(s).trafficPolicy)];
  return policies
    .map(record)
    .some((p) => p.outlierDetection !== undefined || p.connectionPool !== undefined);
}

/** Whether an AuthorizationPolicy holds for the workload, by its labels or for its namespace. */
function isGuarded({ namespace, labels }: WorkloadFact, mesh: MeshView): boolean {
  const { rootNamespace } = mesh.derive(meshConfig);
  const policies = mesh.derive(authorizationSelectors);
  return [namespace, rootNamespace].some((home) =>
    (policies.get(home) ?? []).some(
      (selector) => Object.keys(selector).length === 0 || selects(selector, labels),
    ),
  );
}

keepFact(authorizationSelectors, { kinds: ["AuthorizationPolicy"], facts: [] });

/** The labels that policies select by, for each namespace; those of waypoints select no pods. */
function authorizationSelectors(mesh: MeshView) {
  const byNamespace = new Map<string, Readonly<Record<string, string>>[]>();
  for (const { metadata, spec } of mesh.list("AuthorizationPolicy")) {
    if (record(spec).targetRefs !== undefined || record(spec).targetRef !== undefined) continue;
    const { namespace = "" } = metadata;
    const selectors = byNamespace.get(namespace) ?? [];
    selectors.push(stringMap(record(record(spec).selector).matchLabels));
    byNamespace.set(namespace, selectors);
  }
  return byNamespace;
}
