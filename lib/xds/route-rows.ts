import type { ObjectRef } from "@/lib/istio/kinds";
import {
  type ConfigDump,
  dumpedRoutes,
  type DumpedResource,
  type ResourceState,
} from "./config-dump";
import { fieldAt, listField, numberField, recordField, textField, texts } from "./field";
import { istioctlName, istioObjectOf } from "./istio-object";

/** One route of one virtual host: a row of `istioctl proxy-config routes`. */
export interface RouteRow {
  /** Name of the route configuration; empty for those of the bootstrap. */
  readonly name: string;
  readonly virtualHost: string;
  /** istioctl's short form: without ports and doubles, two and how many more. */
  readonly domains: string;
  /** istioctl's words: `/prefix*`, `/exact`, `regex …`, `PathPrefix:/…`. Headers are in `conditions`. */
  readonly match: string;
  /** `end-user = jason`: what else must hold. Empty where nothing must. */
  readonly conditions: string;
  /** Name of the route itself; empty where it has none. */
  readonly route: string;
  /** Where it goes, with percents; `404` for a host without routes. */
  readonly destination: string;
  /** The clusters among those, for links. */
  readonly clusters: readonly string[];
  /** `name.namespace`, as istioctl prints it; empty where the route comes from no object. */
  readonly virtualService: string;
  readonly object: ObjectRef | undefined;
  readonly state: ResourceState;
  readonly version: string;
  readonly lastUpdated: string;
}

/** The routes of a proxy as istioctl shows them: routes to the passthrough cluster are left out. */
export const routeRows = (dump: ConfigDump): readonly RouteRow[] =>
  dumpedRoutes(dump).flatMap((dumped) =>
    listField(dumped.resource, "virtual_hosts").flatMap((host) => hostRows(dumped, host)),
  );

function hostRows(
  { resource, state, version, lastUpdated }: DumpedResource,
  host: unknown,
): RouteRow[] {
  const shared = {
    name: textField(resource, "name"),
    virtualHost: textField(host, "name"),
    domains: domainsText(texts(listField(host, "domains"))),
    state,
    version,
    lastUpdated,
  };
  const routes = listField(host, "routes");
  if (routes.length === 0) {
    return [
      {
        ...shared,
        match: "/*",
        conditions: "",
        route: "",
        destination: "404",
        clusters: [],
        // istioctl prints the answer in the place of the object.
        virtualService: "404",
        object: undefined,
      },
    ];
  }
  return routes
    .filter((route) => textField(fieldAt(route, "route"), "cluster") !== "PassthroughCluster")
    .map((route) => ({
      ...shared,
      match: matchText(fieldAt(route, "match")),
      conditions: conditionsText(fieldAt(route, "match")),
      route: textField(route, "name"),
      ...destinationOf(route),
      virtualService: istioctlName(route),
      object: istioObjectOf(route),
    }));
}

/** The path of a route's match in istioctl's words. */
export function matchText(match: unknown): string {
  const parts: string[] = [];
  const prefix = textField(match, "prefix");
  if (prefix) parts.push(`${prefix}*`);
  const separated = textField(match, "path_separated_prefix");
  if (separated) parts.push(`PathPrefix:${separated}`);
  const path = textField(match, "path");
  if (path) parts.push(path);
  const regex = recordField(match, "safe_regex");
  if (regex) parts.push(`regex ${textField(regex, "regex")}`);
  return parts.join(" ");
}

/** What else a match asks for: `end-user = jason, ?debug is present`. */
export function conditionsText(match: unknown): string {
  const one = (name: string, condition: unknown): string => {
    const text = recordField(condition, "string_match");
    const inverted = fieldAt(condition, "invert_match") === true;
    const regex = textField(fieldAt(text, "safe_regex"), "regex");
    for (const [kind, sign] of [
      ["exact", inverted ? "≠" : "="],
      ["prefix", inverted ? "does not begin with" : "begins with"],
      ["suffix", inverted ? "does not end with" : "ends with"],
      ["contains", inverted ? "does not contain" : "contains"],
    ] as const) {
      const value = textField(text, kind);
      if (value) return `${name} ${sign} ${value}`;
    }
    if (regex) return `${name} ${inverted ? "does not match" : "matches"} ${regex}`;
    return `${name} is ${inverted ? "absent" : "present"}`;
  };
  return [
    ...listField(match, "headers").map((header) => one(textField(header, "name"), header)),
    ...listField(match, "query_parameters").map((parameter) =>
      one(`?${textField(parameter, "name")}`, parameter),
    ),
  ].join(", ");
}

/** Where a route goes, with percents. */
export function destinationOf(route: unknown): Pick<RouteRow, "destination" | "clusters"> {
  const direct = recordField(route, "direct_response");
  if (direct) {
    return { destination: `answers ${numberField(direct, "status") ?? 0}`, clusters: [] };
  }
  const redirect = recordField(route, "redirect");
  if (redirect) {
    const parts = ["scheme_redirect", "host_redirect", "path_redirect"].map((name) =>
      textField(redirect, name),
    );
    return { destination: `redirects to ${parts.filter(Boolean).join(" ")}`, clusters: [] };
  }
  const action = fieldAt(route, "route");
  const cluster = textField(action, "cluster");
  if (cluster) return { destination: cluster, clusters: [cluster] };
  const weighted = listField(fieldAt(action, "weighted_clusters"), "clusters").map((entry) => ({
    name: textField(entry, "name"),
    weight: numberField(entry, "weight") ?? 0,
  }));
  const total = weighted.reduce((sum, { weight }) => sum + weight, 0);
  return {
    destination: weighted
      .map(({ name, weight }) => `${total > 0 ? percent(weight / total) : weight} ${name}`)
      .join(", "),
    clusters: weighted.map(({ name }) => name),
  };
}

const percent = (share: number): string => `${Number((share * 100).toPrecision(3))} %`;

const MAX_DOMAINS = 2;

/** istioctl's short form of a virtual host's domains. */
export function domainsText(domains: readonly string[]): string {
  if (domains.length < 2) return domains[0] ?? "";
  const colons = (domain: string): number => domain.split(":").length - 1;
  const withoutPort = domains.filter(
    (domain) => colons(domain) === 0 || (colons(domain) > 2 && domain.endsWith("]")),
  );
  const all = new Set(withoutPort);
  const implied = (domain: string, suffix: string): boolean =>
    domain.endsWith(suffix) && all.has(domain.slice(0, -suffix.length));
  const short = withoutPort.filter(
    (domain) => !implied(domain, ".svc.cluster.local") && !implied(domain, ".svc"),
  );
  if (short.length <= MAX_DOMAINS) return short.join(", ");
  return `${short.slice(0, MAX_DOMAINS).join(", ")} + ${short.length - MAX_DOMAINS} more...`;
}
