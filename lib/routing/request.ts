import { weakMemo } from "@/lib/base/weak-memo";
import { WAYPOINT_LABEL } from "@/lib/istio/ambient";
import type { KubeObject } from "@/lib/k8s/object";
import { podSpec, serviceAccountOf } from "@/lib/k8s/pod";

type Labels = Readonly<Record<string, string>>;

/** One HTTP request as the proxy of its client sees it. */
export interface MeshRequest {
  /** The port that the client connected to. */
  readonly port: number;
  /** The IP that the client connected to; undefined for that of the service which the authority names. */
  readonly address?: string | undefined;
  readonly method: string;
  readonly scheme: "http" | "https";
  /** The Host header, with its port if it has one. */
  readonly authority: string;
  /** With the query, from the first slash on. */
  readonly path: string;
  /** By lower-case name. */
  readonly headers: Labels;
  /** The name that a TLS client asks for. */
  readonly sni?: string | undefined;
  /** The IP of whoever connected; undefined where nobody needs it. */
  readonly sourceAddress?: string | undefined;
  /**
   * `tcp` for bytes that are no HTTP: only port and address mean anything then. `tls` for HTTP
   * within TLS of the client's own: proxies see no more than the name that it asks for.
   */
  readonly protocol?: "http" | "tcp" | "tls" | undefined;
  /** Claims of a token that the proxy has accepted. */
  readonly claims?: Readonly<Record<string, unknown>> | undefined;
}

/** The proxy that decides: a sidecar, a gateway, or a waypoint of ambient. */
export interface ProxyIdentity {
  readonly type: "sidecar" | "router" | "waypoint";
  readonly pod: string;
  readonly namespace: string;
  readonly labels: Labels;
  readonly serviceAccount: string;
  /** Equal for proxies that are configured alike. */
  readonly key: string;
}

/** The label that pods carry which istiod deploys for a Gateway of the Gateway API. */
export const GATEWAY_NAME = "gateway.networking.k8s.io/gateway-name";

/** The proxy of a pod; undefined for a pod without one. */
export const proxyOf: (pod: KubeObject) => ProxyIdentity | undefined = weakMemo((pod) => {
  const { containers = [], initContainers = [] } = podSpec(pod);
  const proxy = [...containers, ...initContainers].find(({ name }) => name === "istio-proxy");
  // The node proxy of ambient has a container of the same name, and no Envoy in it.
  if (!proxy || proxy.args?.includes("ztunnel")) return undefined;
  const { name, namespace = "", labels = {} } = pod.metadata;
  // A gateway's proxy is told so, and is alone in its pod; else the usual labels tell it.
  const alone = containers.length === 1 && containers[0] === proxy;
  const named = labels[GATEWAY_NAME] !== undefined || (labels["istio"] ?? "").endsWith("gateway");
  const waypoint =
    labels[WAYPOINT_LABEL.name] === WAYPOINT_LABEL.value || (proxy.args ?? []).includes("waypoint");
  const envoy =
    alone || named || (proxy.args ?? []).includes("router")
      ? ("router" as const)
      : ("sidecar" as const);
  const type = waypoint ? ("waypoint" as const) : envoy;
  return {
    type,
    pod: name,
    namespace,
    labels,
    serviceAccount: serviceAccountOf(pod),
    key: `${type}/${namespace}/${JSON.stringify(Object.entries(labels).sort())}`,
  };
});

/** A host header without its port, in lower case. */
export function hostOfAuthority(authority: string): string {
  const colon = authority.lastIndexOf(":");
  const bare = colon > authority.lastIndexOf("]") ? authority.slice(0, colon) : authority;
  return bare.toLowerCase();
}

/** A request's path without query and fragment. */
export function pathOf(path: string): string {
  const end = path.search(/[?#]/);
  return end < 0 ? path : path.slice(0, end);
}
