import type { KindId } from "@/lib/istio/kinds";

/** What one of Envoy's response flags means in a mesh. */
export interface FlagMeaning {
  /** What happened, in one sentence. */
  readonly meaning: string;
  readonly cause: string;
  readonly next: string;
  /** Kinds whose object for the request's host is the first suspect. */
  readonly kinds: readonly KindId[];
}

const flag = (
  meaning: string,
  cause: string,
  next: string,
  ...kinds: readonly KindId[]
): FlagMeaning => ({ meaning, cause, next, kinds });

/** Envoy's response flags, as its documentation of access logs lists them. */
export const RESPONSE_FLAGS: Readonly<Record<string, FlagMeaning>> = {
  UH: flag(
    "No endpoint of the cluster was fit to take the request (503).",
    "No pod is ready, the subset selects none, or outlier detection ejected them all.",
    "Look at the endpoints of the cluster, and at the labels of the subset.",
    "DestinationRule",
    "Service",
  ),
  UF: flag(
    "The connection to the endpoint failed (503).",
    "The application does not listen on that port, or TLS is expected on one side only.",
    "Compare the TLS mode of the DestinationRule with the PeerAuthentication of the workload.",
    "DestinationRule",
    "PeerAuthentication",
  ),
  UO: flag(
    "The circuit breaker is open: too many connections or requests (503).",
    "The limits of the connection pool are lower than the traffic, or the endpoints are slow.",
    "Compare connectionPool with the load before raising it.",
    "DestinationRule",
  ),
  NR: flag(
    "No route matched the request (404), or no filter chain the connection.",
    "No virtual host has this Host, or no match of the VirtualService holds for the path.",
    "Follow the request through the proxy to see which matches fail.",
    "VirtualService",
    "Gateway",
  ),
  URX: flag(
    "The request was tried as often as allowed, and failed each time.",
    "The endpoints answer with what the retry policy retries on.",
    "Look at what the application answers; retries hide it and multiply the load.",
    "VirtualService",
  ),
  NC: flag(
    "The route leads to a cluster that the proxy does not have (503).",
    "The host or subset does not exist, or is not exported to the client's namespace.",
    "Check the destination's host and subset, exportTo, and the client's Sidecar.",
    "VirtualService",
    "DestinationRule",
    "Sidecar",
  ),
  DT: flag(
    "The request or connection took longer than its longest duration.",
    "A maximum duration is set for the stream or connection.",
    "Raise the limit, or let long transfers go by a route of their own.",
    "EnvoyFilter",
  ),
  DC: flag(
    "The client closed the connection before the answer was there.",
    "The client's own timeout is shorter than the answer takes.",
    "Compare the client's timeout with the duration in the log.",
  ),
  LH: flag(
    "The proxy's own health check fails it (503).",
    "The health check filter is told to fail.",
    "Look at the health check settings of the proxy.",
  ),
  UT: flag(
    "The endpoint did not answer in time (504).",
    "The route's timeout is shorter than the answer takes.",
    "Compare timeout of the route with the latency of the service.",
    "VirtualService",
  ),
  LR: flag(
    "The proxy reset the connection itself (503).",
    "The stream ended on this side before it was answered.",
    "Look at the response details beside the flag.",
  ),
  UR: flag(
    "The endpoint reset the connection (503).",
    "The application closed the stream, or spoke another protocol than expected.",
    "Check the protocol of the Service's port, and the application's log.",
    "Service",
  ),
  UC: flag(
    "The endpoint closed the connection while the request was under way (503).",
    "The application restarts, or closes idle connections earlier than the proxy does.",
    "Look at restarts of the pod, and keep idleTimeout below the application's.",
    "DestinationRule",
  ),
  DI: flag(
    "A delay was injected.",
    "A VirtualService injects delays.",
    "Remove fault.delay where it is not wanted.",
    "VirtualService",
  ),
  FI: flag(
    "The request was aborted on purpose.",
    "A VirtualService injects aborts.",
    "Remove fault.abort where it is not wanted.",
    "VirtualService",
  ),
  RL: flag(
    "A rate limit refused the request (429).",
    "A local or global rate limit is used up.",
    "Compare the limit with the load.",
    "EnvoyFilter",
  ),
  UAEX: flag(
    "The external authorizer refused the request.",
    "A policy with action CUSTOM asked its provider, and that said no.",
    "Look at the provider's log for this request.",
    "AuthorizationPolicy",
  ),
  RLSE: flag(
    "The rate limit service failed.",
    "The service that counts does not answer.",
    "Look at the rate limit service.",
    "EnvoyFilter",
  ),
  IH: flag(
    "A header of Envoy's was set to something impossible (400).",
    "A client sets x-envoy-… headers.",
    "Look at the headers that the client sends.",
  ),
  SI: flag(
    "Nothing came on the stream for too long (408 or 504).",
    "The client or the endpoint went silent; the stream's idle timeout ended it.",
    "Raise the idle timeout for streams that rest.",
    "EnvoyFilter",
  ),
  DPE: flag(
    "The client broke the HTTP protocol.",
    "Something that is not HTTP came to an HTTP port.",
    "Check the protocol of the Service's port.",
    "Service",
  ),
  UPE: flag(
    "The endpoint broke the HTTP protocol.",
    "The port's protocol is not what the application speaks.",
    "Check the name or appProtocol of the Service's port.",
    "Service",
  ),
  UMSDR: flag(
    "The stream reached its longest duration upstream.",
    "max_stream_duration is set.",
    "Raise it for long streams.",
    "VirtualService",
  ),
  RFCF: flag(
    "The answer came from a cache.",
    "A cache filter is set.",
    "Nothing, unless the answer is old.",
    "EnvoyFilter",
  ),
  NFCF: flag(
    "A filter's configuration never came.",
    "istiod has not sent the extension, or it was refused.",
    "Look at ECDS of this proxy.",
    "WasmPlugin",
    "EnvoyFilter",
  ),
  OM: flag(
    "The proxy is overloaded and sheds load.",
    "Its memory or connections are at their limit.",
    "Give the proxy more memory, or more replicas.",
    "EnvoyFilter",
  ),
  DF: flag(
    "The name of the endpoint could not be resolved.",
    "DNS does not know the host.",
    "Check the host of the ServiceEntry, and DNS.",
    "ServiceEntry",
  ),
  DO: flag(
    "The request was dropped on purpose (503).",
    "A drop policy is set for the cluster.",
    "Look at the drop overloads of the cluster.",
    "EnvoyFilter",
  ),
  DR: flag(
    "The client reset the stream.",
    "The client gave up or was closed.",
    "Look at the client's log.",
  ),
  UDO: flag(
    "The request was dropped without condition (503).",
    "A drop policy drops all.",
    "Look at the drop overloads of the cluster.",
    "EnvoyFilter",
  ),
};
