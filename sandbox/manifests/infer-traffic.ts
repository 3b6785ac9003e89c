import type { KubeObject } from "@/lib/k8s/object";
import { hasLabels } from "@/lib/k8s/label-selector";
import { serviceSpec } from "@/lib/k8s/service";
import { gatewaySpec } from "@/lib/istio/gateway";
import { isHttp, protocolOfName } from "@/lib/istio/protocol";
import { destinationsOf } from "@/lib/istio/virtual-service-destinations";
import { resolveHost } from "@/lib/istio/host";
import { registry, type RegistryService } from "@/lib/mesh/registry";
import { type MeshVirtualService, virtualServices } from "@/lib/mesh/virtual-services";
import type { MeshView } from "@/lib/mesh/view";
import { namespaceObject, serviceAccount, workload } from "@/sandbox/scenarios/object-builders";
import type { Load, TrafficModel } from "@/sandbox/traffic/traffic-model";
import { inferCalls } from "./infer-calls";
import { workloadsIn } from "./workloads-in";

/** A load for objects that came without one. */
export interface InferredTraffic {
  readonly traffic: TrafficModel;
  /** A client of the sandbox's own, where one is needed. */
  readonly objects: readonly KubeObject[];
}

const CLIENT = { namespace: "sandbox-client", app: "client" } as const;
const SYSTEM = new Set(["istio-system", "kube-system", CLIENT.namespace]);
const INGRESS_RATE = 5;
const CLIENT_RATE = 1;
const HEADERS = { "user-agent": "quarterdeck-sandbox" };

/**
 * Requests that make objects of one's own live: through each gateway to the hosts and paths that
 * VirtualServices route, between services as their workloads' environments name them, and from a
 * client in the mesh to whatever service nobody else asks.
 *
 * @param isOwn which objects these are
 */
export function inferTraffic(
  mesh: MeshView,
  isOwn: (object: KubeObject) => boolean,
): InferredTraffic {
  const entries = mesh
    .derive(virtualServices)
    .all.filter(({ object }) => isOwn(object))
    .flatMap((service) => entriesOf(mesh, service));
  const calls = inferCalls(mesh);
  const asked = new Set([
    ...entries.flatMap(({ hosts }) => hosts),
    ...[...calls.values()].flatMap((list) => list.map(({ callee }) => callee.host)),
  ]);
  const alone = mesh
    .derive(registry)
    .services.filter((service) => isOwn(service.object) && isServed(mesh, service))
    .filter(({ host }) => !asked.has(host));
  return {
    traffic: {
      loads: [...entries.map(({ load }) => load), ...alone.map(clientLoad)],
      apps: Object.fromEntries(
        [...calls].map(([key, list]) => [
          key,
          { latencyMs: 5, responseBytes: 512, calls: list.map(({ call }) => call) },
        ]),
      ),
    },
    objects: alone.length === 0 ? [] : client(),
  };
}

const client = (): readonly KubeObject[] => [
  namespaceObject(CLIENT.namespace, true),
  serviceAccount(CLIENT.namespace, CLIENT.app),
  workload({
    ...CLIENT,
    version: "v1",
    port: 8080,
    image: "registry.example.com/quarterdeck/client:v1",
  }),
];

/** A Service with pods behind it that are no gateway and no part of the cluster itself. */
function isServed(mesh: MeshView, service: RegistryService): boolean {
  if (service.kind !== "Service" || SYSTEM.has(service.namespace)) return false;
  const { selector } = serviceSpec(service.object);
  if (!selector || Object.keys(selector).length === 0 || service.ports.length === 0) return false;
  const behind = mesh
    .derive(workloadsIn)
    .filter(
      ({ namespace, labels }) => namespace === service.namespace && hasLabels(labels, selector),
    );
  return behind.length > 0 && !behind.every(({ spec }) => isGateway(spec));
}

const isGateway = (spec: unknown): boolean => {
  const { containers = [] } = spec as { containers?: readonly { name?: string }[] };
  return containers.length === 1 && containers[0]?.name === "istio-proxy";
};

function clientLoad({ name, namespace, ports }: RegistryService): Load {
  const port = (ports.find(({ protocol }) => isHttp(protocol)) ?? ports[0])?.number ?? 80;
  const authority = `${name}.${namespace}${port === 80 ? "" : `:${port}`}`;
  return {
    service: { namespace, name, port },
    from: CLIENT,
    requestsPerSecond: CLIENT_RATE,
    requests: [{ weight: 1, method: "GET", authority, path: "/", headers: HEADERS }],
  };
}

interface Entry {
  readonly load: Load;
  /** What the requests come to. */
  readonly hosts: readonly string[];
}

/** The ways through gateways to what a VirtualService routes. */
function entriesOf(mesh: MeshView, virtualService: MeshVirtualService): readonly Entry[] {
  const { gateways, namespace, spec } = virtualService;
  const hosts = [...destinationsOf(spec)].map(({ destination }) =>
    resolveHost(destination.host ?? "", namespace).toLowerCase(),
  );
  return gateways.flatMap((reference) => {
    const [owner = "", name = ""] = reference.split("/");
    const gateway = mesh.get("Gateway", owner, name);
    const way = gateway && wayThrough(mesh, gateway);
    if (!way) return [];
    const paths = pathsOf(spec);
    return virtualService.hosts.map((host) => ({
      hosts,
      load: {
        service: way.service,
        requestsPerSecond: INGRESS_RATE,
        requests: paths.map((path) => ({
          weight: 1,
          method: "GET",
          authority: authorityOf(host, way.hosts),
          path,
          headers: HEADERS,
        })),
      },
    }));
  });
}

/** `*.example.com` is asked as `www.example.com`; a host that takes all as one that the gateway names. */
function authorityOf(host: string, served: readonly string[]): string {
  const named =
    host === "*" ? (served.find((each) => each !== "*") ?? "sandbox.example.com") : host;
  return named.replace(/^.*\//, "").replace(/^\*/, "www");
}

/** The Service in front of a gateway's pods, and the port that it serves HTTP on. */
function wayThrough(mesh: MeshView, gateway: KubeObject) {
  const { selector = {}, servers = [] } = gatewaySpec(gateway);
  for (const { port, hosts = [] } of servers) {
    const protocol = protocolOfName(port?.protocol ?? "");
    if (!protocol || !isHttp(protocol) || port?.number === undefined) continue;
    const number = port.number;
    const pods = mesh.derive(workloadsIn).filter(({ labels }) => hasLabels(labels, selector));
    const service = mesh.derive(registry).services.find((candidate) => {
      const wanted = serviceSpec(candidate.object).selector;
      return (
        candidate.kind === "Service" &&
        candidate.ports.some((each) => each.number === number || each.targetPort === number) &&
        wanted !== undefined &&
        pods.some((pod) => pod.namespace === candidate.namespace && hasLabels(pod.labels, wanted))
      );
    });
    const served = service?.ports.find(
      (each) => each.number === number || each.targetPort === number,
    );
    if (!service || !served) continue;
    return {
      service: { namespace: service.namespace, name: service.name, port: served.number },
      hosts,
    };
  }
  return undefined;
}

/** A path for each match that wants one. */
function pathsOf(spec: MeshVirtualService["spec"]): readonly string[] {
  const paths = (spec.http ?? []).flatMap(({ match = [] }) =>
    match.flatMap(({ uri }) => {
      const path = uri?.exact ?? uri?.prefix;
      return path?.startsWith("/") ? [path] : [];
    }),
  );
  return paths.length > 0 ? [...new Set(paths)] : ["/"];
}
