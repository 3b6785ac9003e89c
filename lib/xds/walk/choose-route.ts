import { RE2JS } from "re2js";
import { fieldAt, listField, recordField, textField, texts } from "../field";
import { conditionsText, matchText } from "../route-rows";
import type { Passed, WalkedRequest } from "./request";

/** The virtual host that a Host header chooses. */
export interface ChosenHost {
  readonly host: unknown;
  readonly why: string;
}

/** Chooses by Host header as Envoy does: exact, longest suffix, longest prefix, then `*`. */
export function chooseVirtualHost(
  routes: unknown,
  { host, port }: WalkedRequest,
): ChosenHost | undefined {
  const ignoresPort = fieldAt(routes, "ignore_port_in_host_matching") === true;
  const plain = host.toLowerCase().replace(/:\d+$/, "");
  const asked = ignoresPort || host.includes(":") ? [plain, `${plain}:${port}`] : [plain];
  const ranked = listField(routes, "virtual_hosts").flatMap((each) =>
    texts(listField(each, "domains")).flatMap((domain) => {
      const ranks = asked.flatMap((name) => domainRank(domain.toLowerCase(), name) ?? []);
      return ranks.length > 0 ? [{ host: each, domain, rank: Math.max(...ranks) }] : [];
    }),
  );
  const best = ranked.reduce<(typeof ranked)[number] | undefined>(
    (leader, each) => (each.rank > (leader?.rank ?? -1) ? each : leader),
    undefined,
  );
  if (!best) return undefined;
  const why =
    best.domain === "*" ? "no other virtual host has this Host" : `its domains hold ${best.domain}`;
  return { host: best.host, why };
}

const EXACT = 3_000_000;
const SUFFIX = 2_000_000;
const PREFIX = 1_000_000;

function domainRank(domain: string, name: string): number | undefined {
  if (domain === "*") return 0;
  if (domain === name) return EXACT;
  if (domain.startsWith("*") && name.endsWith(domain.slice(1))) return SUFFIX + domain.length;
  if (domain.endsWith("*") && name.startsWith(domain.slice(0, -1))) return PREFIX + domain.length;
  return undefined;
}

/** The first route that matches, and why those before it do not. */
export interface ChosenRoute {
  readonly route: unknown;
  readonly why: string;
  readonly passed: readonly Passed[];
}

/** Chooses the first route whose match holds; undefined where none does. */
export function chooseRoute(host: unknown, request: WalkedRequest): ChosenRoute | undefined {
  const passed: Passed[] = [];
  for (const route of listField(host, "routes")) {
    const match = fieldAt(route, "match");
    const failed = failure(match, request);
    if (failed === undefined) {
      const conditions = conditionsText(match);
      const why = `${matchText(match) || "any path"} matches${conditions ? `, and ${conditions}` : ""}`;
      return {
        route,
        why: passed.length > 0 ? `the first whose match holds: ${why}` : why,
        passed,
      };
    }
    passed.push({
      name: textField(route, "name") || matchText(match) || "unnamed route",
      why: failed,
    });
  }
  return undefined;
}

/** Why a match does not hold; undefined where it does. */
function failure(match: unknown, request: WalkedRequest): string | undefined {
  const [path = "", query = ""] = request.path.split(/\?(.*)/s);
  const fold = fieldAt(match, "case_sensitive") === false;
  if (!pathHolds(match, path, fold)) return `the path is not ${matchText(match)}`;
  const headers: Readonly<Record<string, string>> = {
    ...request.headers,
    ":method": request.method,
    ":path": request.path,
    ":authority": request.host,
  };
  for (const header of listField(match, "headers")) {
    const name = textField(header, "name").toLowerCase();
    if (!valueHolds(header, headers[name])) {
      return `${conditionsText({ headers: [header] })} does not hold: ${told(headers[name])}`;
    }
  }
  const parameters = new Map(
    query.split("&").map((pair) => {
      const [name = "", value = ""] = pair.split(/=(.*)/s);
      return [name, value] as const;
    }),
  );
  for (const parameter of listField(match, "query_parameters")) {
    const value = parameters.get(textField(parameter, "name"));
    if (!valueHolds(parameter, value)) {
      return `${conditionsText({ query_parameters: [parameter] })} does not hold: ${told(value)}`;
    }
  }
  return undefined;
}

const told = (value: string | undefined): string =>
  value === undefined ? "it is absent" : `it is ${value}`;

function pathHolds(match: unknown, path: string, fold: boolean): boolean {
  const same = (text: string): string => (fold ? text.toLowerCase() : text);
  const asked = same(path);
  const exact = textField(match, "path");
  if (exact) return asked === same(exact);
  const separated = textField(match, "path_separated_prefix");
  if (separated) return asked === same(separated) || asked.startsWith(`${same(separated)}/`);
  const regex = textField(fieldAt(match, "safe_regex"), "regex");
  if (regex) return wholeMatch(regex, path);
  return asked.startsWith(same(textField(match, "prefix")));
}

/** Envoy's header and query matchers: a string match, or whether it is there. */
function valueHolds(matcher: unknown, value: string | undefined): boolean {
  const invert = fieldAt(matcher, "invert_match") === true;
  const isEmptyWhenMissing = fieldAt(matcher, "treat_missing_header_as_empty") === true;
  const present = fieldAt(matcher, "present_match");
  if (typeof present === "boolean") return ((value !== undefined) === present) !== invert;
  const text = recordField(matcher, "string_match");
  if (!text) return (value !== undefined) !== invert;
  // A header that is missing fails an ordinary match, inverted or not.
  if (value === undefined && !isEmptyWhenMissing) return false;
  return stringHolds(text, value ?? "") !== invert;
}

function stringHolds(match: unknown, given: string): boolean {
  const fold = fieldAt(match, "ignore_case") === true;
  const value = fold ? given.toLowerCase() : given;
  const wanted = (kind: string): string | undefined => {
    const text = fieldAt(match, kind);
    return typeof text === "string" ? (fold ? text.toLowerCase() : text) : undefined;
  };
  const [exact, prefix, suffix, contains] = ["exact", "prefix", "suffix", "contains"].map(wanted);
  if (exact !== undefined) return value === exact;
  if (prefix !== undefined) return value.startsWith(prefix);
  if (suffix !== undefined) return value.endsWith(suffix);
  if (contains !== undefined) return value.includes(contains);
  const regex = textField(fieldAt(match, "safe_regex"), "regex");
  return regex !== "" && wholeMatch(regex, given);
}

/** Envoy matches a whole value; an expression that RE2 cannot read matches nothing. */
function wholeMatch(regex: string, value: string): boolean {
  try {
    return RE2JS.compile(regex).matches(value);
  } catch {
    return false;
  }
}
