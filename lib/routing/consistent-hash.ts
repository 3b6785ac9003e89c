import type { Cluster } from "./cluster";
import type { MeshRequest } from "./request";

/**
 * The number in [0, 1) by which a policy of consistent hashing picks the endpoint of a request;
 * undefined where there is no such policy, or where the request lacks what it hashes. Equal values
 * always meet the same endpoint; which one it is, is Envoy's secret and differs.
 */
export function hashOf(cluster: Cluster, request: MeshRequest): number | undefined {
  const policy = cluster.policy.loadBalancer?.consistentHash;
  if (!policy) return undefined;
  const { httpHeaderName: header, httpQueryParameterName: parameter } = policy;
  if (header) return unitHash(request.headers[header.toLowerCase()]);
  if (parameter) return unitHash(queryValue(request.path, parameter));
  if (policy.httpCookie?.name) return unitHash(cookieValue(request, policy.httpCookie.name));
  return policy.useSourceIp ? unitHash("source") : undefined;
}

const queryValue = (path: string, name: string): string | undefined =>
  (path.split("?")[1] ?? "")
    .split("&")
    .find((pair) => pair.startsWith(`${name}=`))
    ?.slice(name.length + 1);

const cookieValue = (request: MeshRequest, name: string): string | undefined =>
  (request.headers["cookie"] ?? "")
    .split(";")
    .map((part) => part.trim())
    .find((part) => part.startsWith(`${name}=`))
    ?.slice(name.length + 1);

/** A text as a number in [0, 1): FNV-1a. */
function unitHash(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return (hash >>> 0) / 2 ** 32;
}
