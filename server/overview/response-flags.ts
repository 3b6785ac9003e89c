/**
 * What Envoy says of a response, in a few words.
 * @see https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage#response-flags
 */
const MEANINGS: Readonly<Record<string, string>> = {
  DC: "the client closed the connection",
  DI: "delayed by fault injection",
  DPE: "the request broke the protocol",
  DT: "the request took longer than it may",
  FI: "aborted by fault injection",
  IH: "a header was not allowed",
  LH: "the local health check failed",
  LR: "the connection was reset by the proxy",
  NC: "the cluster it was routed to does not exist",
  NFCF: "no filter configuration was found",
  NR: "no route matched",
  OM: "the proxy was overloaded",
  RL: "limited by a local rate limit",
  RLSE: "the rate limit service failed",
  SI: "the stream was idle too long",
  UAEX: "denied by external authorization",
  UC: "the server closed the connection",
  UF: "the connection to the server failed",
  UH: "no healthy upstream",
  UMSDR: "the request was reset upstream for its length",
  UO: "the circuit breaker was open",
  UPE: "the response broke the protocol",
  UR: "the server reset the stream",
  URX: "retries or connection attempts were used up",
  UT: "the server did not answer in time",
};

/** The meaning of the first flag that we know in Istio's label, such as `UF,URX`; undefined for `-`. */
export function responseFlagMeaning(flags: string): string | undefined {
  return flags
    .split(",")
    .map((flag) => MEANINGS[flag])
    .find((meaning) => meaning !== undefined);
}
