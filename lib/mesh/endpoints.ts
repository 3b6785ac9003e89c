import { hasLabels } from "@/lib/k8s/label-selector";
import { type EndpointSliceView, endpointSliceView } from "@/lib/k8s/endpoint-slice";
import type { KubeObject } from "@/lib/k8s/object";
import { isPodReady, podSpec, podStatus, serviceAccountOf } from "@/lib/k8s/pod";
import {
  serviceEntrySpec,
  type WorkloadEntrySpec,
  workloadEntrySpec,
} from "@/lib/istio/service-entry";
import { keepFact } from "./kept-fact";
import type { MeshIndex } from "./mesh-index";
import type { RegistryPort, RegistryService } from "./registry";
import type { MeshView } from "./view";

type Labels = Readonly<Record<string, string>>;

/** One place where a host's requests can end. */
export interface Endpoint {
  /** An IP, or a DNS name for services that are resolved by DNS. */
  readonly address: string;
  readonly port: number;
  readonly ready: boolean;
  /** Undefined for an endpoint that is no pod. */
  readonly pod: KubeObject | undefined;
  readonly labels: Labels;
  readonly namespace: string;
  readonly serviceAccount: string;
  /** Whether a proxy is there that takes the mesh's mutual TLS. */
  readonly tlsMode: "istio" | "disabled";
  /** `region/zone/subzone` as an entry names it; undefined for a pod, whose node tells. */
  readonly locality?: string;
  /** Of a WorkloadEntry: its group where it registered itself, else its own name. */
  readonly workload?: string;
  /** What an entry gives it beside others; undefined for the usual one. */
  readonly weight?: number;
}

/** The endpoints of every host, each list computed when first asked for. */
export interface Endpoints {
  /** All endpoints of a port, ready or not. */
  of(service: RegistryService, port: RegistryPort): readonly Endpoint[];
  /** The pod that has an address; undefined if none has. */
  podAt(address: string): KubeObject | undefined;
}

const NONE: readonly Endpoint[] = [];
const WORKLOAD_GROUP = "istio.io/autoRegistrationGroup";
const TLS_MODE = "security.istio.io/tlsMode";

const SLICES_OF_SERVICES: MeshIndex<EndpointSliceView> = {
  kinds: ["EndpointSlice"],
  *entries(object) {
    const view = endpointSliceView(object);
    if (view.service) yield [`${object.metadata.namespace ?? ""}/${view.service}`, view];
  },
};

const PODS_BY_ADDRESS: MeshIndex<KubeObject> = {
  kinds: ["Pod"],
  *entries(pod) {
    const address = podStatus(pod).podIP;
    if (address && !podSpec(pod).hostNetwork) yield [address, pod];
  },
};

const PODS_BY_NAMESPACE: MeshIndex<KubeObject> = {
  kinds: ["Pod"],
  *entries(pod) {
    yield [pod.metadata.namespace ?? "", pod];
  },
};

/** Where requests can end. Use with `mesh.derive`. */
export function endpoints(mesh: MeshView): Endpoints {
  const podAt = (address: string) => mesh.lookup(PODS_BY_ADDRESS, address).at(-1);

  const ofSlices = (service: RegistryService, port: RegistryPort): Endpoint[] => {
    const found = new Map<string, Endpoint>();
    for (const view of mesh.lookup(SLICES_OF_SERVICES, `${service.namespace}/${service.name}`)) {
      const number = view.ports.find(({ name = "" }) => name === port.name)?.port;
      if (number === undefined) continue;
      for (const { addresses = [], conditions, targetRef } of view.endpoints) {
        const pod =
          targetRef?.kind === "Pod" && targetRef.name
            ? mesh.get("Pod", targetRef.namespace ?? service.namespace, targetRef.name)
            : undefined;
        for (const address of addresses) {
          const ready = conditions?.ready ?? true;
          const owner = pod ?? podAt(address);
          found.set(address, endpoint(address, number, ready, owner ?? service));
        }
      }
    }
    return [...found.values()];
  };

  const ofServiceEntries = (service: RegistryService, port: RegistryPort): Endpoint[] =>
    (service.siblings ?? [service]).flatMap((one) =>
      one.ports.filter(({ name }) => name === port.name).flatMap((own) => ofServiceEntry(one, own)),
    );

  const ofServiceEntry = (service: RegistryService, port: RegistryPort): Endpoint[] => {
    const spec = serviceEntrySpec(service.object);
    const target = typeof port.targetPort === "number" ? port.targetPort : port.number;
    const entry = (given: WorkloadEntrySpec): Endpoint => ({
      address: given.address ?? "",
      port: given.ports?.[port.name] ?? target,
      ready: true,
      pod: podAt(given.address ?? ""),
      labels: given.labels ?? {},
      namespace: service.namespace,
      serviceAccount: given.serviceAccount ?? "",
      tlsMode: given.labels?.[TLS_MODE] === "istio" ? "istio" : "disabled",
      ...(given.locality && { locality: given.locality }),
      ...(given.weight && { weight: given.weight }),
    });
    const selector = spec.workloadSelector?.labels;
    if (selector) {
      const entries = mesh
        .list("WorkloadEntry")
        .map((object) => ({ object, spec: workloadEntrySpec(object) }))
        .filter(
          ({ object, spec: { labels } }) =>
            object.metadata.namespace === service.namespace &&
            hasLabels({ ...object.metadata.labels, ...labels }, selector),
        )
        .map(({ object, spec: given }) => {
          const { name, annotations, labels } = object.metadata;
          return {
            ...entry({ ...given, labels: { ...labels, ...given.labels } }),
            workload: annotations?.[WORKLOAD_GROUP] ?? name,
          };
        });
      const pods = mesh.lookup(PODS_BY_NAMESPACE, service.namespace).flatMap((pod) => {
        const address = podStatus(pod).podIP;
        return address && hasLabels(pod.metadata.labels, selector)
          ? [endpoint(address, target, isPodReady(pod), pod)]
          : [];
      });
      return [...entries, ...pods];
    }
    if (spec.endpoints?.length) return spec.endpoints.map(entry);
    const byName = service.resolution.startsWith("DNS");
    return byName ? [entry({ address: service.host })] : [];
  };

  const known = new WeakMap<RegistryService, Map<number, readonly Endpoint[]>>();
  return {
    podAt,
    of(service, port) {
      const byPort = known.get(service) ?? new Map<number, readonly Endpoint[]>();
      known.set(service, byPort);
      const found = byPort.get(port.number);
      if (found) return found;
      const list =
        service.kind === "Service" ? ofSlices(service, port) : ofServiceEntries(service, port);
      byPort.set(port.number, list.length > 0 ? list : NONE);
      return list;
    },
  };
}

/** `owner` is the pod behind the address, or the service where it is no pod. */
function endpoint(
  address: string,
  port: number,
  ready: boolean,
  owner: KubeObject | RegistryService,
): Endpoint {
  const pod = "metadata" in owner ? owner : undefined;
  const labels = pod?.metadata.labels ?? {};
  return {
    address,
    port,
    ready,
    pod,
    labels,
    namespace: pod?.metadata.namespace ?? (owner as RegistryService).namespace,
    serviceAccount: pod ? serviceAccountOf(pod) : "",
    tlsMode: labels[TLS_MODE] === "istio" ? "istio" : "disabled",
  };
}

keepFact(endpoints, { kinds: ["EndpointSlice", "Pod", "WorkloadEntry"], facts: [] });
