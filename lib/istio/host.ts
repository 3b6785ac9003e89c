/** The cluster's DNS domain where the mesh config names no other. */
export const CLUSTER_DOMAIN = "cluster.local";

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;

/** Whether `text` is a literal IP address. */
export const isIpAddress = (text: string): boolean => IPV4.test(text) || text.includes(":");

/**
 * The fully qualified name that istiod reads in a host of a VirtualService or DestinationRule of
 * `namespace`.
 *
 * Only a name without any dot is completed. `reviews.prod` has one, so it stays as it is and names
 * no service: a common error, and not ours to mend. Source: istiod's ResolveShortnameToFQDN.
 */
export function resolveHost(host: string, namespace: string, domain = CLUSTER_DOMAIN): string {
  if (host === "" || host === "*" || /[.:]/.test(host)) return host;
  return `${host}.${namespace}.svc.${domain}`;
}

/** The name under which the mesh knows a Kubernetes Service. */
export const serviceFqdn = (name: string, namespace: string, domain = CLUSTER_DOMAIN): string =>
  `${name}.${namespace}.svc.${domain}`;

/** The Service that a name of the form `name.namespace.svc.domain` means; undefined for others. */
export function serviceOfFqdn(
  host: string,
  domain = CLUSTER_DOMAIN,
): { readonly name: string; readonly namespace: string } | undefined {
  const suffix = `.svc.${domain}`;
  if (!host.endsWith(suffix)) return undefined;
  const [name, namespace, ...rest] = host.slice(0, -suffix.length).split(".");
  return name && namespace && rest.length === 0 ? { name, namespace } : undefined;
}

/** Whether a host begins with `*` and so stands for many. */
export const isWildcard = (host: string): boolean => host.startsWith("*");

/**
 * Whether two hosts have a name in common. It does not matter which of them is the wildcard.
 * `*.x` covers `a.b.x`, not `x`. Source: istiod's host.Matches.
 */
export function hostsOverlap(a: string, b: string): boolean {
  if (isWildcard(a)) {
    if (!isWildcard(b)) return b.endsWith(a.slice(1));
    const [shorter, longer] = a.length < b.length ? [a, b] : [b, a];
    return longer.slice(1).endsWith(shorter.slice(1));
  }
  return isWildcard(b) ? a.endsWith(b.slice(1)) : a === b;
}

/** Whether every name that `inner` stands for is one that `outer` stands for too. */
export function isSubsetOfHost(inner: string, outer: string): boolean {
  if (!isWildcard(outer)) return inner === outer;
  if (!isWildcard(inner)) return inner.endsWith(outer.slice(1));
  return inner.length >= outer.length && inner.slice(1).endsWith(outer.slice(1));
}

/** Whether a host of configuration, perhaps a wildcard, takes in a concrete name. */
export const hostMatches = (pattern: string, name: string): boolean =>
  isWildcard(pattern) ? name.endsWith(pattern.slice(1)) : pattern === name;

/**
 * Orders hosts from the most specific to the least: exact names first, then wildcards, the longer
 * before the shorter, so `*` comes last. Source: istiod's host.MoreSpecific.
 */
export function compareHosts(a: string, b: string): number {
  if (isWildcard(a) !== isWildcard(b)) return isWildcard(a) ? 1 : -1;
  if (a.length !== b.length) return b.length - a.length;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The most specific of those `patterns` that take in `name`; undefined where none does. */
export function mostSpecificHost(patterns: Iterable<string>, name: string): string | undefined {
  let best: string | undefined;
  for (const pattern of patterns) {
    if (!hostMatches(pattern, name)) continue;
    if (best === undefined || compareHosts(pattern, best) < 0) best = pattern;
  }
  return best;
}

const OTHER_WILDCARDS = "*?";

/**
 * The key under which a host, perhaps a wildcard, is filed so that `coveringKeys` finds it.
 * `*x.example.com`, which is legal and rare, is filed with its like.
 */
export const hostKey = (host: string): string =>
  isWildcard(host) && host !== "*" && !host.startsWith("*.") ? OTHER_WILDCARDS : host;

/**
 * The keys under which hosts may be filed that take in all of `host`, the most specific first.
 * What is found under them must still be asked: `isSubsetOfHost(host, found)`.
 */
export function* coveringKeys(host: string): Iterable<string> {
  const own = hostKey(host);
  yield own;
  for (let dot = host.indexOf("."); dot >= 0; dot = host.indexOf(".", dot + 1)) {
    const key = `*${host.slice(dot)}`;
    if (key !== own) yield key;
  }
  if (own !== OTHER_WILDCARDS) yield OTHER_WILDCARDS;
  if (own !== "*") yield "*";
}
