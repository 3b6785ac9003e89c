import { groupBy } from "@/lib/base/group-by";
import type { KubeObject } from "@/lib/k8s/object";
import { destinationRules } from "@/lib/mesh/destination-rules";
import { hasLabels } from "@/lib/k8s/label-selector";
import { serviceSpec } from "@/lib/k8s/service";
import { registry } from "@/lib/mesh/registry";
import type { MeshView } from "@/lib/mesh/view";
import { clusters } from "./envoy/clusters";
import { loadAssignmentDump, loadAssignments } from "./envoy/load-assignments";
import { camelCased } from "./camel-case";
import type { ProxyConnection } from "./proxy-connection";
import type { ProxyPod } from "./proxy-pod";
import { proxyScope } from "./proxy-scope";
import { serviceEntry } from "./registry-pages";
import { TYPE_URL } from "./xds-type";

type Json = Readonly<Record<string, unknown>>;

/** `/debug/edsz?proxyID=`: the endpoints of that proxy. */
export const edsz = (pod: ProxyPod, mesh: MeshView): unknown => ({
  configs: loadAssignments(pod, mesh)
    .filter(({ discovered }) => discovered)
    .map((assignment) => camelCased(loadAssignmentDump(assignment, mesh)["endpoint_config"])),
});

/** `/debug/instancesz`: by proxy, the ports of Services that lead to it. */
export function instancesz(
  connections: readonly ProxyConnection[],
  mesh: MeshView,
): Readonly<Record<string, readonly Json[]>> {
  const byNamespace = groupBy(
    mesh.derive(registry).services.filter(({ kind }) => kind === "Service"),
    ({ namespace }) => namespace,
  );
  return Object.fromEntries(
    connections.map(({ pod }) => {
      const services = (byNamespace.get(pod.namespace) ?? []).filter(({ object }) => {
        const { selector } = serviceSpec(object);
        return selector !== undefined && hasLabels(pod.labels, selector);
      });
      const instances = services.flatMap((service) =>
        service.ports.map(({ name, number, protocol, targetPort }) => ({
          Service: serviceEntry(service),
          Port: { name, port: number, protocol, TargetPort: targetPort },
        })),
      );
      return [`${pod.name}.${pod.namespace}`, instances];
    }),
  );
}

/** `/debug/sidecarz?proxyID=`: what the proxy may see. */
export function sidecarz(connection: ProxyConnection, mesh: MeshView): Json {
  const { pod } = connection;
  const { services, outbound } = proxyScope(pod, mesh);
  const rules = mesh.derive(destinationRules);
  const entries = services.map(serviceEntry);
  const merged = services.flatMap((service) => {
    const rule = rules.lookup(pod, service);
    return rule ? [[service.host, rule.rules.map(({ object }) => ruleEntry(object))] as const] : [];
  });
  const version = connection.subscriptions().get("CDS")?.sent?.push.version;
  return {
    destinationRules: Object.fromEntries(merged),
    egressListenerServices: [entries],
    name: "default-sidecar",
    namespace: pod.namespace,
    outboundTrafficPolicy: { mode: outbound },
    services: entries,
    servicesByHostname: Object.fromEntries(
      services.map(({ host, namespace }) => [host, { [namespace]: { hostname: host } }]),
    ),
    sidecar: null,
    version: version ?? "",
  };
}

const ruleEntry = (object: KubeObject): Json => {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const [group, version] = object.apiVersion.split("/");
  return {
    exportTo: {},
    from: [{ Namespace: namespace, Name: name }],
    rule: {
      type: { group, version, kind: object.kind },
      ...{ uid, name, namespace, domain: "cluster.local", resourceVersion, creationTimestamp },
      Spec: object["spec"],
      Status: {},
      Extra: null,
    },
  };
};

/** `/debug/cachez`: the names of the resources in istiod's cache, by type. */
export function cachez(connections: readonly ProxyConnection[], mesh: MeshView): Json {
  // Proxies of one namespace share their entries: one of each is enough to tell what is there.
  const shown = new Map(
    connections.map((each) => [`${each.pod.namespace}/${each.pod.type}`, each]),
  );
  const names = [...shown.values()].flatMap(({ pod }) =>
    clusters(pod, mesh)
      .map((cluster) => String(cluster["name"]))
      .filter((name) => name.startsWith("outbound|")),
  );
  return { [TYPE_URL.CDS]: names, [TYPE_URL.EDS]: [...new Set(names)] };
}

/** `/debug/cachez?sizes=true` */
export const cacheSizes = (connections: readonly ProxyConnection[], mesh: MeshView): Json =>
  Object.fromEntries(
    Object.entries(cachez(connections, mesh)).map(([type, names]) => [
      type,
      `${(names as readonly string[]).join("").length}B`,
    ]),
  );
