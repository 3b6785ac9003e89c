import type { HttpMatch, StringMatch } from "@/lib/istio/virtual-service";
import type { Json } from "./parts";

const stringMatch = (match: StringMatch): Json => {
  if (match.exact !== undefined) return { exact: match.exact };
  if (match.prefix !== undefined) return { prefix: match.prefix };
  return { safe_regex: { regex: match.regex ?? "" } };
};

const isEmpty = (match: StringMatch): boolean =>
  match.exact === undefined && match.prefix === undefined && match.regex === undefined;

const headerMatch = (name: string, match: StringMatch): Json =>
  isEmpty(match) ? { name, present_match: true } : { name, string_match: stringMatch(match) };

function pathMatch(uri: StringMatch | undefined): Json {
  if (!uri || isEmpty(uri)) return { prefix: "/" };
  if (uri.exact !== undefined) return { path: uri.exact };
  if (uri.prefix !== undefined) return { prefix: uri.prefix };
  return { safe_regex: { regex: uri.regex ?? "" } };
}

/** How Envoy writes one alternative of an HTTP route's `match`; every request where there is none. */
export function routeMatch(match: HttpMatch | undefined): Json {
  if (!match) return { prefix: "/" };
  const headers = [
    ...Object.entries(match.headers ?? {}).map(([name, value]) => headerMatch(name, value)),
    ...Object.entries(match.withoutHeaders ?? {}).map(([name, value]) => ({
      ...headerMatch(name, value),
      invert_match: true,
      ...(isEmpty(value) ? {} : { treat_missing_header_as_empty: true }),
    })),
    ...(match.method ? [headerMatch(":method", match.method)] : []),
    ...(match.authority ? [headerMatch(":authority", match.authority)] : []),
    ...(match.scheme ? [headerMatch(":scheme", match.scheme)] : []),
  ];
  const parameters = Object.entries(match.queryParams ?? {}).map(([name, value]) =>
    isEmpty(value) ? { name, present_match: true } : { name, string_match: stringMatch(value) },
  );
  return {
    ...pathMatch(match.uri),
    case_sensitive: !match.ignoreUriCase,
    ...(headers.length > 0 ? { headers } : {}),
    ...(parameters.length > 0 ? { query_parameters: parameters } : {}),
  };
}
