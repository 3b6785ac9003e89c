import type { KindId } from "@/lib/istio/kinds";
import { visibilityOf, type Visibility } from "@/lib/istio/visibility";
import type { KubeObject } from "@/lib/k8s/object";
import { proxyPod } from "./proxy-pod";

const EXPORTED = new Set<KindId>(["VirtualService", "DestinationRule", "ServiceEntry"]);
/** Kinds that apply to their own namespace, or to the mesh when they are in its root namespace. */
const LOCAL = new Set<KindId>([
  "Sidecar",
  "RequestAuthentication",
  "AuthorizationPolicy",
  "Telemetry",
  "WasmPlugin",
  "TrafficExtension",
  "EnvoyFilter",
]);

/** The namespace whose policies hold for the whole mesh. */
export const ROOT_NAMESPACE = "istio-system";

const NOBODY: Visibility = new Set();

/** To the gateways and waypoints of which namespaces a change matters: nearly all to all of them. */
export function routerScopeOf(kind: KindId, object: KubeObject): Visibility {
  if (kind === "Sidecar") return NOBODY;
  return kind === "Service" || kind === "ServiceEntry" ? scopeOf(kind, object) : "*";
}

/**
 * To the sidecars of which namespaces a change of `object` matters. Source: istiod's
 * SidecarScope.DependsOnConfig.
 */
export function scopeOf(kind: KindId, object: KubeObject): Visibility {
  if (kind === "Gateway") return NOBODY;
  const namespace = object.metadata.namespace ?? "";
  if (EXPORTED.has(kind)) {
    const spec = object["spec"] as { exportTo?: readonly string[] } | undefined;
    return visibilityOf(spec?.exportTo, namespace);
  }
  if (kind === "Service") {
    const exportTo = object.metadata.annotations?.["networking.istio.io/exportTo"];
    return visibilityOf(
      exportTo?.split(",").map((entry) => entry.trim()),
      namespace,
    );
  }
  // Mutual TLS of a server decides what its clients send, wherever they are.
  return LOCAL.has(kind) && namespace !== ROOT_NAMESPACE ? new Set([namespace]) : "*";
}

/** Everybody who sees one or the other. */
export const widen = (a: Visibility, b: Visibility): Visibility =>
  a === "*" || b === "*" ? "*" : new Set([...a, ...b]);

/**
 * What of an object istiod pushes, as text: two equal texts need no push. Status and bookkeeping
 * are left out; of a pod only its address, labels and readiness count.
 */
export function pushedPart(kind: KindId, object: KubeObject): string {
  const { labels, annotations, deletionTimestamp } = object.metadata;
  if (kind === "Pod") {
    const proxy = proxyPod(object);
    return JSON.stringify([labels, proxy?.ip, deletionTimestamp]);
  }
  const rest: Record<string, unknown> = { ...object };
  for (const field of ["apiVersion", "kind", "metadata", "status"]) delete rest[field];
  return JSON.stringify([labels, annotations, rest]);
}
