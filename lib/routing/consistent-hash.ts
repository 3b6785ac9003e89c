import type { Endpoint } from "@/lib/mesh/endpoints";
import type { Cluster } from "./cluster";
import type { MeshRequest } from "./request";
import { xxHash64 } from "./xx-hash";

/** What Istio asks of a ring where the DestinationRule says nothing. */
const MIN_RING_SIZE = 1024;

/**
 * The endpoint to which a policy of consistent hashing ties a request; undefined where there is no
 * such policy, or where the request lacks what it hashes. Source: Envoy's ring hash load balancer.
 */
export function hashedEndpoint(cluster: Cluster, request: MeshRequest): Endpoint | undefined {
  const policy = cluster.policy.loadBalancer?.consistentHash;
  if (!policy || cluster.ready.length === 0) return undefined;
  const value = hashedValue(policy, request);
  if (value === undefined) return undefined;
  const minimum = policy.ringHash?.minimumRingSize ?? policy.minimumRingSize ?? MIN_RING_SIZE;
  return atHash(ringOf(cluster.ready, Number(minimum) || MIN_RING_SIZE), xxHash64(value));
}

type Policy = NonNullable<NonNullable<Cluster["policy"]["loadBalancer"]>["consistentHash"]>;

function hashedValue(policy: Policy, request: MeshRequest): string | undefined {
  const { httpHeaderName: header, httpQueryParameterName: parameter, httpCookie } = policy;
  if (header) return request.headers[header.toLowerCase()];
  if (parameter) return queryValue(request.path, parameter);
  if (httpCookie?.name) return cookieValue(request, httpCookie.name);
  return policy.useSourceIp ? request.sourceAddress : undefined;
}

const queryValue = (path: string, name: string): string | undefined =>
  (path.split("?")[1] ?? "")
    .split("&")
    .find((pair) => pair.startsWith(`${name}=`))
    ?.slice(name.length + 1);

function cookieValue(request: MeshRequest, name: string): string | undefined {
  const value = (request.headers["cookie"] ?? "")
    .split(";")
    .map((part) => part.trim())
    .find((part) => part.startsWith(`${name}=`))
    ?.slice(name.length + 1);
  return value?.replace(/^"(.*)"$/, "$1");
}

interface Ring {
  readonly hashes: readonly bigint[];
  readonly endpoints: readonly Endpoint[];
}

const rings = new WeakMap<readonly Endpoint[], Map<number, Ring>>();

function ringOf(endpoints: readonly Endpoint[], minimum: number): Ring {
  const known = rings.get(endpoints) ?? new Map<number, Ring>();
  rings.set(endpoints, known);
  const found = known.get(minimum);
  if (found) return found;
  const each = Math.ceil(minimum / endpoints.length);
  const entries = endpoints.flatMap((endpoint) =>
    Array.from({ length: each }, (_, index) => ({
      endpoint,
      hash: xxHash64(`${endpoint.address}:${endpoint.port}_${index}`),
    })),
  );
  entries.sort((a, b) => (a.hash < b.hash ? -1 : a.hash > b.hash ? 1 : 0));
  const ring = {
    hashes: entries.map(({ hash }) => hash),
    endpoints: entries.map(({ endpoint }) => endpoint),
  };
  known.set(minimum, ring);
  return ring;
}

/** The first point of the ring that is not below the hash; beyond the last one, the first. */
function atHash({ hashes, endpoints }: Ring, hash: bigint): Endpoint | undefined {
  let [low, high] = [0, hashes.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((hashes[middle] ?? 0n) < hash) low = middle + 1;
    else high = middle;
  }
  return endpoints[low % endpoints.length];
}
