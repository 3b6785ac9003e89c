import type { HeaderOperations, HttpRedirect } from "@/lib/istio/virtual-service";
import type { CompiledRoute } from "./compiled-route";
import { type MeshRequest, pathOf } from "./request";
import { compileRegex } from "./string-matcher";
import type { RE2JS } from "re2js";

/** Changes of headers: a value that was set or added to, `null` for one that was taken away. */
export type HeaderChanges = Readonly<Record<string, string | null>>;

/** Headers after some changes. */
export function applied(
  headers: Readonly<Record<string, string>>,
  changes: HeaderChanges,
): Readonly<Record<string, string>> {
  const result = { ...headers };
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) delete result[name];
    else result[name] = value;
  }
  return result;
}

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
    return replacedAll(compiled, path, regex.rewrite ?? "") + query;
  }
  if (!rewrite.uri) return whole;
  const matched = route.matchedUri;
  if (matched?.exact !== undefined || matched?.regex !== undefined) return rewrite.uri + query;
  return prefixReplaced(route, path, rewrite.uri) + query;
}

/** A path with another prefix than the one that matched. */
function prefixReplaced(route: CompiledRoute, path: string, prefix: string): string {
  const rest = path.slice((route.matchedUri?.prefix ?? "/").length);
  // Of whole segments: what is left keeps its slash, and never gets a second one.
  if (route.bySegment && prefix === "/") return rest.startsWith("/") ? rest : `/${rest}`;
  return prefix + rest;
}

/** Every match replaced, `\1` in the new text standing for a group and `\0` for all of the match. */
function replacedAll(regex: RE2JS, text: string, rewrite: string): string {
  const matcher = regex.matcher(text);
  let result = "";
  let end = 0;
  while (matcher.find()) {
    const own = rewrite.replace(/\\(\d|\\)/g, (_, group: string) =>
      group === "\\" ? group : (matcher.group(Number(group)) ?? ""),
    );
    result += text.slice(end, matcher.start()) + own;
    end = matcher.end();
  }
  return result + text.slice(end);
}

/** The authority that header operations set; undefined where they set none. */
export function authorityOf(operations: HeaderOperations | undefined): string | undefined {
  const named = (values: Readonly<Record<string, string>> | undefined) =>
    Object.entries(values ?? {}).findLast(([name]) => isAuthority(name))?.[1];
  return named(operations?.set) ?? named(operations?.add);
}

const isAuthority = (name: string): boolean =>
  name.toLowerCase() === "host" || name.toLowerCase() === ":authority";

/** Header operations that are carried out together, the later ones over the earlier. */
export type HeaderLayer = readonly (HeaderOperations | undefined)[];

/**
 * What header operations change, layer by layer. In each layer Envoy first takes headers away, then
 * sets, then adds. An empty value is never set. Nothing here changes the authority.
 */
export function headerChanges(
  layers: readonly HeaderLayer[],
  headers: Readonly<Record<string, string>>,
): HeaderChanges {
  const changes: Record<string, string | null> = {};
  for (const layer of layers) {
    for (const operation of layer) {
      for (const name of operation?.remove ?? []) {
        if (!isInternal(name)) changes[name.toLowerCase()] = null;
      }
    }
    for (const operation of layer) {
      for (const [name, value] of Object.entries(operation?.set ?? {})) {
        if (!isInternal(name) && value !== "") changes[name.toLowerCase()] = value;
      }
    }
    for (const operation of layer) {
      for (const [name, value] of Object.entries(operation?.add ?? {})) {
        if (isInternal(name) || value === "") continue;
        const key = name.toLowerCase();
        const before = Object.hasOwn(changes, key) ? changes[key] : headers[key];
        changes[key] = typeof before === "string" ? `${before},${value}` : value;
      }
    }
  }
  return changes;
}

/** Envoy changes neither the authority nor anything else of HTTP itself as a header. */
const isInternal = (name: string): boolean => name.startsWith(":") || name.toLowerCase() === "host";

/** The `location` of a redirect: what it does not name stays as it was asked for. */
export function redirectLocation(
  redirect: HttpRedirect,
  request: MeshRequest,
  route: CompiledRoute,
): string {
  const scheme = redirect.scheme || request.scheme;
  const path = pathOf(request.path);
  const query = request.path.slice(path.length);
  const target =
    redirect.prefixRewrite !== undefined
      ? prefixReplaced(route, path, redirect.prefixRewrite) + query
      : redirect.uri
        ? redirect.uri.includes("?")
          ? redirect.uri
          : redirect.uri + query
        : request.path;
  const host = redirectHost(redirect, request, { scheme, listenerPort: route.port });
  return `${scheme}://${host}${target}`;
}

/** Source: istiod's ApplyRedirect, and Envoy's processRequestHost. */
function redirectHost(
  redirect: HttpRedirect,
  request: MeshRequest,
  { scheme, listenerPort }: { readonly scheme: string; readonly listenerPort: number },
): string {
  const port = redirect.derivePort === "FROM_REQUEST_PORT" ? listenerPort : redirect.port;
  // A default port is not written, which leaves the one that was asked for where it is.
  const written = port && !isDefaultPort(scheme, port) ? `:${port}` : "";
  if (redirect.authority) return redirect.authority + written;
  const host = request.authority;
  const left = /:(\d+)$/.exec(host);
  if (!left) return host + written;
  // A port that is the default of the old scheme would be wrong for the new one.
  const stale = scheme !== request.scheme && isDefaultPort(request.scheme, Number(left[1]));
  return written || stale ? host.slice(0, left.index) + written : host;
}

const isDefaultPort = (scheme: string, port: number): boolean =>
  (scheme === "http" && port === 80) || (scheme === "https" && port === 443);
