import type { HeaderOperations, HttpRedirect, HttpRewrite } from "@/lib/istio/virtual-service";
import type { CompiledRoute } from "./compiled-route";
import { type MeshRequest, pathOf } from "./request";
import { compileRegex } from "./string-matcher";

/** Changes of headers: a value that was set or added to, `null` for one that was taken away. */
export type HeaderChanges = Readonly<Record<string, string | null>>;

/** What a route's rewrite makes of a path, the query kept. */
export function rewrittenPath(route: CompiledRoute, request: MeshRequest): string {
  const { rewrite } = route.http;
  const whole = request.path;
  if (!rewrite) return whole;
  const path = pathOf(whole);
  const query = whole.slice(path.length);
  const regex = rewrite.uriRegexRewrite;
  if (regex?.match !== undefined) {
    const compiled = compileRegex(regex.match);
    if (!compiled) return whole;
    const replaced = compiled.matcher(path).replaceAll(substitution(regex.rewrite ?? ""));
    return replaced + query;
  }
  if (!rewrite.uri) return whole;
  const matched = route.matchedUri;
  if (matched?.exact !== undefined || matched?.regex !== undefined) return rewrite.uri + query;
  return rewrite.uri + path.slice((matched?.prefix ?? "/").length) + query;
}

/** Envoy names groups `\1`; RE2's replacement here names them `$1`. */
const substitution = (text: string): string =>
  text.replace(/\$/g, "$$$$").replace(/\\(\d)/g, (_, group: string) => `$${group}`);

/** The authority that a request leaves with. */
export function rewrittenAuthority(
  rewrite: HttpRewrite | undefined,
  operations: readonly (HeaderOperations | undefined)[],
  authority: string,
): string {
  if (rewrite?.authority) return rewrite.authority;
  for (const operation of operations) {
    for (const [name, value] of Object.entries(operation?.set ?? {})) {
      if (isAuthority(name)) return value;
    }
  }
  return authority;
}

const isAuthority = (name: string): boolean =>
  name.toLowerCase() === "host" || name.toLowerCase() === ":authority";

/**
 * What header operations change, the first of them at the most specific place. What is removed is
 * removed before anything is set, as Envoy does it. Nothing here changes the authority.
 */
export function headerChanges(
  operations: readonly (HeaderOperations | undefined)[],
  headers: Readonly<Record<string, string>>,
): HeaderChanges {
  const changes: Record<string, string | null> = {};
  const now = (name: string): string | null | undefined =>
    Object.hasOwn(changes, name) ? changes[name] : headers[name];
  for (const operation of operations) {
    for (const name of operation?.remove ?? []) {
      const key = name.toLowerCase();
      if (typeof now(key) === "string") changes[key] = null;
    }
    for (const [name, value] of Object.entries(operation?.add ?? {})) {
      const key = name.toLowerCase();
      const before = now(key);
      changes[key] = typeof before === "string" ? `${before},${value}` : value;
    }
    for (const [name, value] of Object.entries(operation?.set ?? {})) {
      if (!isAuthority(name)) changes[name.toLowerCase()] = value;
    }
  }
  return changes;
}

/** The `location` of a redirect: what it does not name stays as it was asked for. */
export function redirectLocation(redirect: HttpRedirect, request: MeshRequest): string {
  const scheme = redirect.scheme || request.scheme;
  const path = pathOf(request.path);
  const query = request.path.slice(path.length);
  const target = redirect.uri
    ? redirect.uri.includes("?")
      ? redirect.uri
      : redirect.uri + query
    : request.path;
  return `${scheme}://${redirectHost(redirect, request, scheme)}${target}`;
}

function redirectHost(redirect: HttpRedirect, request: MeshRequest, scheme: string): string {
  const host = redirect.authority || request.authority;
  const bare = host.replace(/:\d+$/, "");
  if (redirect.port)
    return isDefaultPort(scheme, redirect.port) ? bare : `${bare}:${redirect.port}`;
  if (redirect.derivePort === "FROM_REQUEST_PORT") {
    return isDefaultPort(scheme, request.port) ? bare : `${bare}:${request.port}`;
  }
  if (redirect.derivePort === "FROM_PROTOCOL_DEFAULT") return bare;
  const left = Number(/:(\d+)$/.exec(host)?.[1]);
  // A port that is the default of the old scheme would be wrong for the new one.
  return redirect.scheme && isDefaultPort(request.scheme, left) ? bare : host;
}

const isDefaultPort = (scheme: string, port: number): boolean =>
  (scheme === "http" && port === 80) || (scheme === "https" && port === 443);
