import { MESH_GATEWAY } from "@/lib/istio/gateway-ref";
import { hostsOverlap, serviceFqdn } from "@/lib/istio/host";
import { type BackendReference, httpRouteSpec, type ParentReference } from "@/lib/istio/http-route";
import { kubernetesGatewaySpec } from "@/lib/istio/kubernetes-gateway";
import { serviceEntrySpec } from "@/lib/istio/service-entry";
import { compareCreation } from "@/lib/k8s/creation-order";
import type { KubeObject } from "@/lib/k8s/object";
import { isRecord } from "@/lib/k8s/json-value";
import { specOf } from "@/lib/k8s/spec";
import { compareRules } from "./http-route-order";
import { type ConvertedRule, convertedRules } from "./http-route-rules";
import { internalGatewayName, listenerNamespaces } from "./kubernetes-gateways";
import { keepFact } from "./kept-fact";
import type { MeshView } from "./view";

/** What istiod makes of HTTPRoutes: the routes of one host at one parent. */
export interface HostRoutes {
  /** The oldest HTTPRoute among them. */
  readonly object: KubeObject;
  readonly name: string;
  readonly namespace: string;
  readonly host: string;
  /** `namespace/name` of a Gateway, or `mesh`. */
  readonly gateway: string;
  /** In the order in which they are tried. */
  readonly rules: readonly (ConvertedRule & { readonly object: KubeObject })[];
}

/** A place where an HTTPRoute is attached. */
interface Attachment {
  readonly gateway: string;
  readonly hosts: readonly string[];
  /** Of a Service's port alone; undefined for all. */
  readonly port: number | undefined;
  readonly key: string;
}

/** The HTTPRoutes of a mesh by what they are attached to. Use with `mesh.derive`. */
export function httpRoutes(mesh: MeshView): readonly HostRoutes[] {
  const groups = new Map<string, HostRoutes & { readonly rules: HostRoutes["rules"][number][] }>();
  for (const object of [...mesh.list("HTTPRoute")].sort(compareCreation)) {
    const { namespace = "" } = object.metadata;
    const { parentRefs = [], hostnames = [], rules = [] } = httpRouteSpec(object);
    for (const attachment of parentRefs.flatMap((parent) =>
      attachments(mesh, object, parent, hostnames),
    )) {
      const inMesh = attachment.gateway === MESH_GATEWAY;
      const mayReach = (backend: BackendReference) => inMesh || isGranted(mesh, backend, namespace);
      const own = convertedRules(object, rules, mayReach).map((rule) => ({
        ...ofPort(rule, attachment.port),
        object,
      }));
      for (const host of attachment.hosts) {
        const key = `${attachment.key}/${host}`;
        const known = groups.get(key);
        if (known) known.rules.push(...own);
        else {
          const name = key.replaceAll("/", "~");
          const { gateway } = attachment;
          groups.set(key, { object, name, namespace, host, gateway, rules: [...own] });
        }
      }
    }
  }
  return [...groups.values()].map((group) => ({
    ...group,
    rules: [...group.rules].sort(compareRules),
  }));
}

const ofPort = (rule: ConvertedRule, port: number | undefined): ConvertedRule =>
  port === undefined
    ? rule
    : {
        ...rule,
        http: { ...rule.http, match: (rule.http.match ?? []).map((match) => ({ ...match, port })) },
      };

function attachments(
  mesh: MeshView,
  route: KubeObject,
  parent: ParentReference,
  hostnames: readonly string[],
): readonly Attachment[] {
  const own = route.metadata.namespace ?? "";
  const { kind = "Gateway", name = "", namespace = own, port } = parent;
  const key = port === undefined ? own : `${own}/${port}`;
  if (kind === "Service" && (parent.group ?? "core") !== "gateway.networking.k8s.io") {
    if (!mesh.get("Service", namespace, name)) return [];
    return [{ gateway: MESH_GATEWAY, hosts: [serviceFqdn(name, namespace)], port, key }];
  }
  if (kind === "ServiceEntry") {
    const entry = mesh.get("ServiceEntry", namespace, name);
    const hosts = entry ? (serviceEntrySpec(entry).hosts ?? []) : [];
    return [{ gateway: MESH_GATEWAY, hosts, port, key }];
  }
  const gateway = kind === "Gateway" && mesh.get("KubernetesGateway", namespace, name);
  if (!gateway) return [];
  const wanted = hostnames.length > 0 ? hostnames : ["*"];
  return (kubernetesGatewaySpec(gateway).listeners ?? []).flatMap((listener): Attachment[] => {
    if (parent.sectionName && parent.sectionName !== listener.name) return [];
    if (port !== undefined && port !== listener.port) return [];
    if (!wanted.some((host) => hostsOverlap(host, listener.hostname || "*"))) return [];
    const from = listenerNamespaces(mesh, gateway, listener);
    if (from !== "*" && !from.includes(own)) return [];
    const internal = `${namespace}/${internalGatewayName(name, listener)}`;
    return [{ gateway: internal, hosts: wanted, port: undefined, key: internal }];
  });
}

/** Whether a backend lies in the route's namespace, or a ReferenceGrant of its own lets it be used. */
function isGranted(mesh: MeshView, backend: BackendReference, from: string): boolean {
  const { namespace = from, kind = "Service", name } = backend;
  if (namespace === from) return true;
  return mesh.list("ReferenceGrant").some((grant) => {
    if (grant.metadata.namespace !== namespace) return false;
    const spec = specOf<{ readonly from?: unknown; readonly to?: unknown }>(grant);
    const entries = (list: unknown) => (Array.isArray(list) ? list.filter(isRecord) : []);
    return (
      entries(spec.from).some((one) => one["kind"] === "HTTPRoute" && one["namespace"] === from) &&
      entries(spec.to).some(
        (one) => one["kind"] === kind && (one["name"] === undefined || one["name"] === name),
      )
    );
  });
}

keepFact(httpRoutes, {
  kinds: [
    "HTTPRoute",
    "Service",
    "ServiceEntry",
    "KubernetesGateway",
    "Namespace",
    "ReferenceGrant",
  ],
  facts: [],
});
