import { podStatus } from "@/lib/k8s/pod";
import type { MeshView } from "@/lib/mesh/view";
import {
  gatewayListener,
  type GatewayListener,
  speaksTls,
  wantsCertificate,
} from "./gateway-servers";
import type { Arriving } from "./hop";
import { sanitizedHeaders } from "./proxy-headers";
import type { MeshRequest, ProxyIdentity } from "./request";

/**
 * Whether a gateway breaks the handshake off: nothing of a client's own TLS brings a certificate,
 * and only mutual TLS of a proxy does.
 */
export function refusesClient(listener: GatewayListener, { peer, secure }: Arriving): boolean {
  if (listener.type !== "https" && listener.type !== "bytes") return false;
  if (!wantsCertificate(listener.server)) return false;
  return listener.server.server.tls?.mode === "ISTIO_MUTUAL" ? peer === undefined : !secure;
}

/** A request at a gateway as its proxy takes it in, with what listens there. */
export function atDoor(
  mesh: MeshView,
  proxy: ProxyIdentity,
  arriving: Arriving,
): { readonly listener: GatewayListener; readonly request: MeshRequest } {
  const { client, secure, request: given } = arriving;
  const source = client ? podStatus(client).podIP : undefined;
  const headers = {
    ...sanitizedHeaders(given.headers),
    ...(source ? { "x-envoy-external-address": source, "x-forwarded-for": source } : {}),
  };
  const scheme = secure || given.protocol === "tls" ? ("https" as const) : ("http" as const);
  const request = { ...given, headers, scheme, sourceAddress: source };
  const listener = gatewayListener(mesh, proxy, request);
  return { listener, request: endsTls(listener) ? withoutTls(request) : request };
}

const endsTls = (listener: GatewayListener): boolean =>
  listener.type === "https" ||
  (listener.type === "bytes" && listener.kind === "tcp" && speaksTls(listener.server.server));

const withoutTls = (request: MeshRequest): MeshRequest =>
  request.protocol === "tls" ? { ...request, protocol: "http" } : request;
