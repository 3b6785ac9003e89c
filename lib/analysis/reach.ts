import { MESH_GATEWAY, resolveGateways } from "@/lib/istio/gateway-ref";
import { visibilityOf } from "@/lib/istio/visibility";
import { hasLabels } from "@/lib/k8s/label-selector";
import type { KubeObject } from "@/lib/k8s/object";
import { meshConfig } from "@/lib/mesh/mesh-config";
import type { MeshView } from "@/lib/mesh/view";
import { Field } from "./field";
import { selectorField, selectorScope } from "./facts/selectors";
import { subjectOf } from "./subject";
import type { Subject } from "./rule";

type Labels = Readonly<Record<string, string>>;

/** One proxy of the mesh: a pod with a sidecar, or a gateway's. */
interface MeshProxy {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Labels;
  readonly gateway: boolean;
}

/** Whom a change of an object can touch. */
export interface Reach {
  /** Proxies whose configuration the object is part of. */
  readonly proxies: readonly MeshProxy[];
  /** All proxies of the mesh. */
  readonly total: number;
  /** Why these: one sentence. */
  readonly why: string;
}

/**
 * The proxies that an object of mesh configuration applies to, by its selector, gateways and
 * `exportTo`. Sidecar objects that narrow what a proxy imports are not looked at, so there may be
 * fewer. Undefined for kinds of which we cannot say it.
 */
export function reachOfObject(object: KubeObject, mesh: MeshView): Reach | undefined {
  const subject = subjectOf(object);
  const proxies = mesh.derive(meshProxies);
  const found = subject && applies(subject, mesh);
  return (
    found && {
      proxies: proxies.filter(found.to),
      total: proxies.length,
      why: found.why,
    }
  );
}

/** Every running pod with a proxy. Use with `mesh.derive`. */
function meshProxies(mesh: MeshView): readonly MeshProxy[] {
  return mesh.list("Pod").flatMap((pod): MeshProxy[] => {
    const fields = new Field(pod);
    const containers = fields.at("spec", "containers").items();
    const all = [...containers, ...fields.at("spec", "initContainers").items()];
    const phase = fields.at("status", "phase").text;
    if (!all.some(isProxy) || phase === "Succeeded" || phase === "Failed") return [];
    return [
      {
        namespace: pod.metadata.namespace ?? "",
        name: pod.metadata.name,
        labels: fields.at("metadata", "labels").labels(),
        // A gateway is a pod that is nothing but a proxy.
        gateway: containers.every(isProxy),
      },
    ];
  });
}

const isProxy = (container: Field): boolean => container.at("name").text === "istio-proxy";

interface Applies {
  readonly to: (proxy: MeshProxy) => boolean;
  readonly why: string;
}

function applies(subject: Subject, mesh: MeshView): Applies | undefined {
  switch (subject.kind) {
    case "VirtualService":
      return ofVirtualService(subject, mesh);
    case "Gateway": {
      const labels = subject.fields.at("spec", "selector").labels();
      return { to: (proxy) => hasLabels(proxy.labels, labels), why: "Its selector matches them." };
    }
    case "DestinationRule":
    case "ServiceEntry":
      return ofExport(subject, mesh);
    case "Sidecar":
    case "AuthorizationPolicy":
    case "PeerAuthentication":
    case "RequestAuthentication":
    case "Telemetry":
    case "WasmPlugin":
      return ofSelector(subject, mesh);
    default:
      return undefined;
  }
}

function ofVirtualService(subject: Subject, mesh: MeshView): Applies {
  const spec = subject.fields.at("spec");
  const gateways = resolveGateways(spec.at("gateways").texts(), subject.namespace);
  const selectors = gateways.flatMap((name) => gatewayLabels(name, mesh));
  const sidecars = gateways.includes(MESH_GATEWAY)
    ? exportScope(subject, mesh.derive(meshConfig).defaultVirtualServiceExportTo)
    : () => false;
  return {
    to: (proxy) =>
      proxy.gateway ? selectors.some((labels) => hasLabels(proxy.labels, labels)) : sidecars(proxy),
    why: "It is bound to their gateway, or to the mesh and exported to their namespace.",
  };
}

function gatewayLabels(name: string, mesh: MeshView): readonly Labels[] {
  const slash = name.indexOf("/");
  const gateway = mesh.get("Gateway", name.slice(0, slash), name.slice(slash + 1));
  return gateway ? [new Field(gateway).at("spec", "selector").labels()] : [];
}

function ofExport(subject: Subject, mesh: MeshView): Applies {
  const config = mesh.derive(meshConfig);
  const defaults =
    subject.kind === "DestinationRule"
      ? config.defaultDestinationRuleExportTo
      : config.defaultServiceExportTo;
  return { to: exportScope(subject, defaults), why: "It is exported to their namespace." };
}

function exportScope(
  { fields, namespace }: Subject,
  defaults: readonly string[],
): (proxy: MeshProxy) => boolean {
  const visibility = visibilityOf(fields.at("spec", "exportTo").texts(), namespace, defaults);
  return (proxy) => visibility === "*" || visibility.has(proxy.namespace);
}

function ofSelector(subject: Subject, mesh: MeshView): Applies {
  const { rootNamespace } = mesh.derive(meshConfig);
  const labels = selectorField(subject).labels();
  const everywhere = subject.namespace === rootNamespace && Object.keys(labels).length === 0;
  const scope = everywhere ? undefined : selectorScope(subject, rootNamespace);
  return {
    to: (proxy) =>
      (scope === undefined || proxy.namespace === scope) && hasLabels(proxy.labels, labels),
    why: everywhere ? "It goes for the whole mesh." : "Its selector and namespace take them in.",
  };
}
