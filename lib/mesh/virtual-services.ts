import { weakMemo } from "@/lib/base/weak-memo";
import { resolveGateways } from "@/lib/istio/gateway-ref";
import { resolveHost } from "@/lib/istio/host";
import { virtualServiceSpec, type VirtualServiceSpec } from "@/lib/istio/virtual-service";
import { isVisibleTo, type Visibility, visibilityOf } from "@/lib/istio/visibility";
import { compareCreation } from "@/lib/k8s/creation-order";
import type { KubeObject } from "@/lib/k8s/object";
import { type ConnectionRoutes, connectionRoutes } from "./connection-routes";
import { type HostRoutes, httpRoutes } from "./http-routes";
import { keepFact } from "./kept-fact";
import { meshConfig } from "./mesh-config";
import type { MeshView } from "./view";

/** A VirtualService with its names resolved, or what istiod makes of routes of the Gateway API. */
export interface MeshVirtualService {
  /** Of several HTTPRoutes or GRPCRoutes the oldest. */
  readonly object: KubeObject;
  readonly name: string;
  readonly namespace: string;
  readonly spec: VirtualServiceSpec;
  /** Fully qualified, lower case. Empty for a delegate. */
  readonly hosts: readonly string[];
  /** `namespace/name` of Gateways, or `mesh`. */
  readonly gateways: readonly string[];
  /**
   * Where each entry of `spec.http` comes from, for HTTPRoutes and GRPCRoutes: prefixes go by
   * segments then, and what does not exist is a 500. Undefined for a VirtualService.
   */
  readonly httpRoutes?: readonly HttpRouteOrigin[] | undefined;
  /**
   * Where each entry of `spec.tcp` or `spec.tls` is written, for a TCPRoute or a TLSRoute. Undefined
   * for a VirtualService.
   */
  readonly connectionPaths?: readonly string[] | undefined;
}

/** The rule of an HTTPRoute that an HTTP route was made of. */
export interface HttpRouteOrigin {
  readonly object: KubeObject;
  /** `spec.rules[0]`. */
  readonly path: string;
  /** `spec.rules[0].matches[1]`. */
  readonly matchPath: string;
}

/** All VirtualServices in the order in which istiod prefers them. */
export interface VirtualServices {
  readonly all: readonly MeshVirtualService[];
  /** Who sees one. */
  visibility(service: MeshVirtualService): Visibility;
  /**
   * Those that a client of `namespace` sees: its own namespace's private ones, then those exported
   * to it, then the public ones; in each part the oldest first, HTTPRoutes of the client's own
   * namespace before all else that is public. Delegates are among them.
   */
  visibleTo(namespace: string): readonly MeshVirtualService[];
  /** By namespace and name, seen or not. */
  get(namespace: string, name: string): MeshVirtualService | undefined;
}

/** The VirtualServices of a mesh. Use with `mesh.derive`. */
export function virtualServices(mesh: MeshView): VirtualServices {
  const defaults = mesh.derive(meshConfig).defaultVirtualServiceExportTo;
  const all = [
    ...mesh.list("VirtualService").map(resolved),
    ...mesh.derive(httpRoutes).map(ofHttpRoutes),
    ...mesh.derive(connectionRoutes).map(ofConnectionRoutes),
  ].sort((a, b) => compareCreation(named(a), named(b)));
  const visibility = (service: MeshVirtualService) =>
    visibilityOf(service.spec.exportTo, service.namespace, defaults);
  // Nearly all of a large mesh are public, and most namespaces see nothing else.
  const everybodys = all.filter((service) => visibility(service) === "*");
  const others = all.filter((service) => visibility(service) !== "*");
  const seen = new Map<string, readonly MeshVirtualService[]>();
  return {
    all,
    visibility,
    visibleTo(namespace) {
      const known = seen.get(namespace);
      if (known) return known;
      const isPrivate = (service: MeshVirtualService): boolean =>
        service.namespace === namespace && (visibility(service) as ReadonlySet<string>).size === 1;
      const isOwnRoute = (service: MeshVirtualService): boolean =>
        service.namespace === namespace && service.httpRoutes !== undefined;
      const given = others.filter((service) => isVisibleTo(visibility(service), namespace));
      const visible =
        given.length === 0 && !everybodys.some(isOwnRoute)
          ? everybodys
          : [
              ...given.filter(isPrivate),
              ...given.filter((service) => !isPrivate(service)),
              ...everybodys.filter(isOwnRoute),
              ...everybodys.filter((service) => !isOwnRoute(service)),
            ];
      seen.set(namespace, visible);
      return visible;
    },
    get(namespace, name) {
      const object = mesh.get("VirtualService", namespace, name);
      return object && resolved(object);
    },
  };
}

/** HTTPRoutes are named by what they were gathered by. */
const named = ({ object, name, namespace }: MeshVirtualService): KubeObject =>
  object.metadata.name === name && object.metadata.namespace === namespace
    ? object
    : { ...object, metadata: { ...object.metadata, name, namespace } };

function ofHttpRoutes({ object, name, namespace, host, gateway, rules }: HostRoutes) {
  return {
    object,
    name,
    namespace,
    spec: { http: rules.map(({ http }) => http) },
    hosts: [host.toLowerCase()],
    gateways: [gateway],
    httpRoutes: rules,
  } satisfies MeshVirtualService;
}

function ofConnectionRoutes({ host, gateway, paths, ...routes }: ConnectionRoutes) {
  return {
    ...routes,
    hosts: [host.toLowerCase()],
    gateways: [gateway],
    connectionPaths: paths,
  } satisfies MeshVirtualService;
}

const resolved = weakMemo((object: KubeObject): MeshVirtualService => {
  const spec = virtualServiceSpec(object);
  const { name, namespace = "" } = object.metadata;
  return {
    object,
    name,
    namespace,
    spec,
    hosts: (spec.hosts ?? []).map((host) => resolveHost(host, namespace).toLowerCase()),
    gateways: resolveGateways(spec.gateways, namespace),
  };
});

keepFact(virtualServices, {
  kinds: ["VirtualService"],
  facts: [meshConfig, httpRoutes, connectionRoutes],
});
