import { parseDuration } from "@/lib/istio/duration";
import type { Endpoint } from "@/lib/mesh/endpoints";
import type { Cluster } from "./cluster";
import type { MeshRequest } from "./request";
import { atMaglevHash } from "./maglev-table";
import { xxHash64 } from "./xx-hash";

/** What Istio asks of a ring where the DestinationRule says nothing. */
const MIN_RING_SIZE = 1024;

/**
 * The endpoint to which a policy of consistent hashing ties a request; undefined where there is no
 * such policy, or where the request lacks what it hashes. Source: Envoy's ring hash and Maglev load
 * balancers.
 *
 * @param beside all clusters that the route may choose
 * @param endpoints that stand to be chosen; all that are ready where they are left out
 */
export function hashedEndpoint(
  cluster: Cluster,
  request: MeshRequest,
  {
    beside = [],
    endpoints = cluster.ready,
  }: {
    readonly beside?: readonly Cluster[] | undefined;
    readonly endpoints?: readonly Endpoint[];
  } = {},
): Endpoint | undefined {
  const policy = cluster.policy.loadBalancer?.consistentHash;
  if (!policy || endpoints.length === 0) return undefined;
  const hash = combinedHash(policies(cluster, beside), request);
  if (hash === undefined) return undefined;
  if (policy.maglev) return atMaglevHash(endpoints, Number(policy.maglev.tableSize ?? 0), hash);
  const minimum = policy.ringHash?.minimumRingSize ?? policy.minimumRingSize ?? MIN_RING_SIZE;
  return atHash(ringOf(endpoints, Number(minimum) || MIN_RING_SIZE), hash);
}

/**
 * What Envoy sets where a policy hashes a cookie with a lifetime, and the client has none yet. Its
 * value goes by the addresses and ports of the connection: ours stands for one that nobody knows.
 */
export function stickyCookie(
  cluster: Cluster,
  request: MeshRequest,
  beside: readonly Cluster[] = [],
): string | undefined {
  if (!cluster.policy.loadBalancer?.consistentHash) return undefined;
  for (const { httpCookie, httpHeaderName, httpQueryParameterName } of policies(cluster, beside)) {
    if (!httpCookie?.name || httpHeaderName || httpQueryParameterName) continue;
    const { name, path, ttl, attributes = [] } = httpCookie;
    if (ttl === undefined || cookieValue(request, name)) continue;
    const seconds = Math.floor((parseDuration(ttl) ?? 0) / 1000);
    const value = xxHash64(`${request.sourceAddress ?? ""}${request.address ?? ""}`);
    return [
      `${name}="${value.toString(16).padStart(16, "0")}"`,
      ...(seconds > 0 ? [`Max-Age=${seconds}`] : []),
      ...(path ? [`Path=${path}`] : []),
      ...attributes.map((one) => (one.value ? `${one.name ?? ""}=${one.value}` : (one.name ?? ""))),
      "HttpOnly",
    ].join("; ");
  }
  return undefined;
}

/** A route hashes by the policies of all its destinations, whichever is chosen. */
function policies(cluster: Cluster, beside: readonly Cluster[]): readonly Policy[] {
  const all = beside.includes(cluster) ? beside : [cluster];
  return all.flatMap(({ policy }) => policy.loadBalancer?.consistentHash ?? []);
}

const MASK = 2n ** 64n - 1n;

/** Envoy turns what it has by one bit before it adds the next one. */
function combinedHash(all: readonly Policy[], request: MeshRequest): bigint | undefined {
  let hash: bigint | undefined;
  for (const policy of all) {
    const value = hashedValue(policy, request);
    if (value === undefined) continue;
    const next = xxHash64(value);
    hash = hash === undefined ? next : (((hash << 1n) & MASK) | (hash >> 63n)) ^ next;
  }
  return hash;
}

type Policy = NonNullable<NonNullable<Cluster["policy"]["loadBalancer"]>["consistentHash"]>;

function hashedValue(policy: Policy, request: MeshRequest): string | undefined {
  const { httpHeaderName: header, httpQueryParameterName: parameter, httpCookie } = policy;
  if (header) return request.headers[header.toLowerCase()];
  if (parameter) return queryValue(request.path, parameter);
  if (httpCookie?.name) return cookieValue(request, httpCookie.name) || undefined;
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
