import { groupBy } from "@/lib/base/group-by";
import { MESH_GATEWAY } from "@/lib/istio/gateway-ref";
import { isHttp } from "@/lib/istio/protocol";
import { endpointSliceView } from "@/lib/k8s/endpoint-slice";
import { hasLabels } from "@/lib/k8s/label-selector";
import { serviceSpec } from "@/lib/k8s/service";
import { destinationRules } from "@/lib/mesh/destination-rules";
import { endpoints } from "@/lib/mesh/endpoints";
import { registry, type RegistryService } from "@/lib/mesh/registry";
import type { MeshView } from "@/lib/mesh/view";
import { virtualServices } from "@/lib/mesh/virtual-services";
import { proxyPod } from "./proxy-pod";

/** What istiod notes of one thing that it finds wrong, beside the key that names it. */
interface Finding {
  readonly key: string;
  readonly proxy?: string;
  readonly message?: string;
}

/**
 * What the last push found wrong in the configuration of sidecars, by metric, as `/debug/push_status`
 * tells it and istiod's gauges count it. Source: the calls of istiod's PushContext.AddMetric. What
 * istiod never sets (`pilot_no_ip`) is not here.
 */
export const FAULT_METRICS: Readonly<Record<string, (mesh: MeshView) => readonly Finding[]>> = {
  endpoint_no_pod: endpointsWithoutPod,
  pilot_conflict_inbound_listener: inboundConflicts,
  pilot_conflict_outbound_listener_tcp_over_current_tcp: outboundConflicts,
  pilot_destrule_subsets: duplicateSubsets,
  pilot_dns_cluster_without_endpoints: dnsWithoutEndpoints,
  pilot_duplicate_envoy_clusters: duplicateClusters,
  pilot_eds_no_instances: withoutInstances,
  pilot_vservice_dup_domain: duplicateDomains,
};

/** `/debug/push_status`: findings by metric and key; metrics without any are left out. */
export function pushStatus(
  mesh: MeshView,
): Readonly<Record<string, Readonly<Record<string, object>>>> {
  const found = Object.entries(FAULT_METRICS).flatMap(([metric, find]) => {
    const entries = find(mesh).map(({ key, ...event }) => [key, event] as const);
    return entries.length > 0 ? [[metric, Object.fromEntries(entries)] as const] : [];
  });
  return Object.fromEntries(found);
}

/** A host of two VirtualServices that sidecars use, once for each port: the younger one is ignored. */
function duplicateDomains(mesh: MeshView): readonly Finding[] {
  const { byHost } = mesh.derive(registry);
  const seen = new Set<string>();
  const found = new Map<string, Finding>();
  for (const { hosts, gateways, spec } of mesh.derive(virtualServices).all) {
    if (!spec.http?.length || !gateways.includes(MESH_GATEWAY)) continue;
    for (const host of new Set(hosts)) {
      if (!seen.has(host)) {
        seen.add(host);
        continue;
      }
      const service = byHost.get(host)?.[0];
      const ports = service?.ports.filter(
        ({ protocol }) => isHttp(protocol) || protocol === "Auto",
      ) ?? [{ number: 80 }];
      for (const { number } of ports) {
        const key = `${host}:${number}`;
        const of = service ? "service" : "virtual service";
        found.set(key, { key, message: `duplicate domain from ${of}: ${key}` });
      }
    }
  }
  return [...found.values()];
}

/** Ports of services that proxies ask istiod for, and that nobody serves. */
function withoutInstances(mesh: MeshView): readonly Finding[] {
  const known = mesh.derive(endpoints);
  return mesh
    .derive(registry)
    .services.flatMap((service) =>
      service.resolution === "Kubernetes" || service.resolution === "STATIC"
        ? service.ports
            .filter((port) => known.of(service, port).length === 0)
            .map(({ number }) => ({ key: `outbound|${number}||${service.host}` }))
        : [],
    );
}

function dnsWithoutEndpoints(mesh: MeshView): readonly Finding[] {
  const known = mesh.derive(endpoints);
  return mesh.derive(registry).services.flatMap((service) =>
    service.resolution.startsWith("DNS")
      ? service.ports
          .filter((port) => known.of(service, port).length === 0)
          .map(({ number }) => ({
            key: `outbound|${number}||${service.host}`,
            message: `DNS cluster without endpoints`,
          }))
      : [],
  );
}

/** Endpoints that name a pod which is not there, by host. */
function endpointsWithoutPod(mesh: MeshView): readonly Finding[] {
  const found = new Map<string, Finding>();
  for (const slice of mesh.list("EndpointSlice")) {
    const { namespace = "" } = slice.metadata;
    const { service = "", endpoints: list } = endpointSliceView(slice);
    for (const { targetRef, addresses = [] } of list) {
      if (targetRef?.kind !== "Pod" || !targetRef.name) continue;
      if (mesh.get("Pod", targetRef.namespace ?? namespace, targetRef.name)) continue;
      const key = `${service}.${namespace}.svc.cluster.local`;
      found.set(key, { key, message: addresses[0] ?? "" });
    }
  }
  return [...found.values()];
}

/** Hosts of whose DestinationRules two that are merged define the same subset. */
function duplicateSubsets(mesh: MeshView): readonly Finding[] {
  const byHost = groupBy(
    mesh.derive(destinationRules).all,
    ({ namespace, host }) => `${namespace}/${host}`,
  );
  const found = new Map<string, Finding>();
  for (const rules of byHost.values()) {
    const seen = new Set<string>();
    for (const { host, spec } of rules.length > 1 ? rules : []) {
      const names = new Set((spec.subsets ?? []).map(({ name = "" }) => name));
      for (const name of names) {
        if (!seen.has(name)) continue;
        const message = `Duplicate subset ${name} found while merging destination rules for ${host}`;
        found.set(host, { key: host, message });
      }
      for (const name of names) seen.add(name);
    }
  }
  return [...found.values()];
}

/** Clusters that a DestinationRule asks for twice, as it defines a subset twice. */
function duplicateClusters(mesh: MeshView): readonly Finding[] {
  const { byHost } = mesh.derive(registry);
  const found = new Map<string, Finding>();
  for (const { host, spec } of mesh.derive(destinationRules).all) {
    const seen = new Set<string>();
    for (const { name = "" } of spec.subsets ?? []) {
      if (!seen.has(name)) {
        seen.add(name);
        continue;
      }
      for (const { number } of byHost.get(host)?.[0]?.ports ?? []) {
        const key = `outbound|${number}|${name}|${host}`;
        found.set(key, { key, message: `Duplicate cluster ${key} found while pushing CDS` });
      }
    }
  }
  return [...found.values()];
}

/** Proxies one port of whose workload two services take for different protocols. */
function inboundConflicts(mesh: MeshView): readonly Finding[] {
  const services = mesh.derive(registry).services.filter(({ kind }) => kind === "Service");
  const byNamespace = groupBy(services, ({ namespace }) => namespace);
  const suspects = [...byNamespace.values()].flatMap(conflictingPairs);
  if (suspects.length === 0) return [];
  const found = new Map<string, Finding>();
  for (const { name, namespace, labels, ip } of mesh.list("Pod").flatMap((pod) => {
    const proxy = proxyPod(pod);
    return proxy?.type === "sidecar" ? [proxy] : [];
  })) {
    for (const [older, younger] of suspects) {
      if (older.namespace !== namespace || !selects(older, labels) || !selects(younger, labels)) {
        continue;
      }
      const key = `sidecar~${ip}~${name}.${namespace}~${namespace}.svc.cluster.local`;
      const message = `Conflicting inbound listener: ${older.host} and ${younger.host}`;
      found.set(key, { key, proxy: key, message });
    }
  }
  return [...found.values()];
}

function conflictingPairs(
  services: readonly RegistryService[],
): readonly (readonly [RegistryService, RegistryService])[] {
  const byTarget = groupBy(
    services.flatMap((service) => service.ports.map((port) => ({ service, port }))),
    ({ port }) => port.targetPort,
  );
  return [...byTarget.values()].flatMap(([first, ...others]) =>
    others.flatMap(({ service, port }) =>
      first && port.protocol !== first.port.protocol && mayShareWorkloads(first.service, service)
        ? [[first.service, service] as const]
        : [],
    ),
  );
}

/** Selectors that want different values of one label never select the same workload. */
function mayShareWorkloads(a: RegistryService, b: RegistryService): boolean {
  const [one, other] = [serviceSpec(a.object).selector, serviceSpec(b.object).selector];
  if (a === b || !one || !other) return false;
  return Object.entries(one).every(([label, value]) => (other[label] ?? value) === value);
}

function selects(service: RegistryService, labels: Readonly<Record<string, string>>): boolean {
  const { selector } = serviceSpec(service.object);
  return selector !== undefined && hasLabels(labels, selector);
}

/** Ports on which several hosts without an address of their own are plain TCP: one listener takes all. */
function outboundConflicts(mesh: MeshView): readonly Finding[] {
  const open = mesh
    .derive(registry)
    .services.filter(({ kind, addresses }) => kind === "ServiceEntry" && addresses.length === 0);
  const byPort = groupBy(
    open.flatMap((service) =>
      service.ports
        .filter(({ protocol }) => protocol === "TCP")
        .map(({ number }) => ({ service, number })),
    ),
    ({ number }) => number,
  );
  return [...byPort].flatMap(([number, list]) => {
    const hosts = [...new Set(list.map(({ service }) => service.host))];
    const [accepted, rejected] = hosts;
    if (accepted === undefined || rejected === undefined) return [];
    const message = `Listener=0.0.0.0:${number} AcceptedTCP=${accepted} RejectedTCP=${rejected} TCPServices=1`;
    return [{ key: `0.0.0.0:${number}`, message }];
  });
}
