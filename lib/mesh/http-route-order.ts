import type { HttpMatch, StringMatch } from "@/lib/istio/virtual-service";
import type { ConvertedRule } from "./http-route-rules";

/**
 * Orders the rules of HTTPRoutes by how much they ask: exact paths, then prefixes, then regular
 * expressions, the longer first; then a method, then the number of headers and query parameters.
 * Source: istiod's sortHTTPRoutes.
 */
export function compareRules(a: ConvertedRule, b: ConvertedRule): number {
  const [one, other] = [a.http.match?.[0] ?? {}, b.http.match?.[0] ?? {}];
  return (
    pathRank(other.uri) - pathRank(one.uri) ||
    pathLength(other.uri) - pathLength(one.uri) ||
    Number(other.method !== undefined) - Number(one.method !== undefined) ||
    sizeOf(other.headers) - sizeOf(one.headers) ||
    sizeOf(other.queryParams) - sizeOf(one.queryParams)
  );
}

const pathRank = (uri: StringMatch | undefined): number =>
  uri?.exact !== undefined ? 3 : uri?.prefix !== undefined ? 2 : uri?.regex !== undefined ? 1 : -1;

const pathLength = (uri: StringMatch | undefined): number =>
  (uri?.exact ?? uri?.prefix ?? uri?.regex ?? "").length;

const sizeOf = (matches: HttpMatch["headers"]): number => Object.keys(matches ?? {}).length;
