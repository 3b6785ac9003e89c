import type { HttpMatch, StringMatch } from "@/lib/istio/virtual-service";
import { claimCondition, claimPath } from "./claim-conditions";
import { type MeshRequest, pathOf } from "./request";
import { condition, type RequestCondition } from "./request-condition";
import { stringMatcher } from "./string-matcher";

/**
 * What a match asks at run time, in the order in which it is told. All of them must hold.
 *
 * @param bySegment whether a prefix of the URI is one of whole segments
 */
export function requestConditions(
  match: HttpMatch,
  bySegment = false,
): readonly RequestCondition[] {
  const conditions: RequestCondition[] = [];
  const prefix = match.uri?.prefix;
  if (bySegment && prefix !== undefined && prefix !== "/") conditions.push(segments(prefix));
  else if (match.uri) {
    // Case is never ignored by a regex.
    const ignoreCase = match.ignoreUriCase === true && match.uri.regex === undefined;
    conditions.push(
      condition("uri", stringMatcher(match.uri, ignoreCase), ({ path }) => pathOf(path)),
    );
  }
  const fixed: readonly (readonly [
    "method" | "scheme" | "authority",
    (request: MeshRequest) => string,
  ])[] = [
    ["method", ({ method }) => method],
    ["scheme", ({ scheme }) => scheme],
    ["authority", ({ authority }) => authority],
  ];
  for (const [field, actual] of fixed) {
    const wanted = match[field];
    if (wanted) conditions.push(condition(field, stringMatcher(wanted), actual));
  }
  for (const [name, wanted] of Object.entries(match.headers ?? {})) {
    const claim = claimPath(name);
    if (claim) conditions.push(claimCondition(`headers[${name}]`, claim, wanted, false));
    else
      conditions.push(
        condition(`headers[${name}]`, stringMatcher(wanted), headerOf(name.toLowerCase())),
      );
  }
  for (const [name, wanted] of Object.entries(match.withoutHeaders ?? {})) {
    const claim = claimPath(name);
    const field = `withoutHeaders[${name}]`;
    conditions.push(claim ? claimCondition(field, claim, wanted, true) : absence(name, wanted));
  }
  for (const [name, wanted] of Object.entries(match.queryParams ?? {})) {
    conditions.push(
      condition(`queryParams[${name}]`, stringMatcher(wanted), ({ path }) => queryOf(path, name)),
    );
  }
  return conditions;
}

/** A prefix that ends where a segment does. */
const segments = (prefix: string): RequestCondition => {
  const whole = prefix.replace(/\/$/, "");
  return {
    field: "uri",
    wants: `path prefix "${prefix}"`,
    actual: ({ path }) => pathOf(path),
    holds: ({ path }) => {
      const bare = pathOf(path);
      return bare === whole || bare.startsWith(`${whole}/`);
    },
  };
};

/** A `withoutHeaders` entry: the match turned round, an absent header counting as empty. */
function absence(name: string, wanted: StringMatch): RequestCondition {
  const matcher = stringMatcher(wanted);
  const actual = headerOf(name.toLowerCase());
  const present = matcher.wants === "any value";
  return {
    field: `withoutHeaders[${name}]`,
    wants: `not ${matcher.wants}`,
    actual,
    holds: (request) => !matcher.test(present ? actual(request) : (actual(request) ?? "")),
  };
}

const headerOf =
  (name: string) =>
  (request: MeshRequest): string | undefined => {
    if (name === ":path") return request.path;
    if (name === ":method") return request.method;
    if (name === ":authority" || name === "host") return request.authority;
    return request.headers[name];
  };

/** The first value of a query parameter, as it stands in the path (nothing is decoded). */
function queryOf(path: string, name: string): string | undefined {
  const start = path.indexOf("?");
  if (start < 0) return undefined;
  for (const pair of path.slice(start + 1).split("&")) {
    const equals = pair.indexOf("=");
    const key = equals < 0 ? pair : pair.slice(0, equals);
    if (key === name) return equals < 0 ? "" : pair.slice(equals + 1);
  }
  return undefined;
}
