import type { ObjectRef } from "@/lib/istio/kinds";
import { type ConfigDump, dumpedClusters, dumpedListeners, dumpedRoutes } from "../config-dump";
import type { EndpointRow } from "../endpoint-rows";
import { fieldAt, listField, numberField, recordField, textField, texts } from "../field";
import { istioObjectOf } from "../istio-object";
import { conditionsText, destinationOf, matchText, type RouteRow } from "../route-rows";
import { chainName, chooseChain } from "./choose-chain";
import { chooseRoute, chooseVirtualHost } from "./choose-route";
import type { Passed, WalkedRequest } from "./request";

/** One decision of the proxy. */
export interface WalkStep {
  readonly step:
    "listener" | "filter chain" | "filters" | "virtual host" | "route" | "cluster" | "endpoint";
  /** What was chosen; empty where nothing was. */
  readonly chosen: string;
  /** Why this one. */
  readonly why: string;
  /** What was looked at before it and not taken. */
  readonly passed: readonly Passed[];
  readonly object: ObjectRef | undefined;
  /** The words of a route, by which the line of its object is found. */
  readonly words?: Pick<RouteRow, "match" | "conditions" | "route">;
}

/** The way of a request through one proxy: each decision, and how it ends. */
export interface Walk {
  readonly steps: readonly WalkStep[];
  /** One sentence. */
  readonly end: string;
  readonly isCarried: boolean;
}

const NONE = { passed: [], object: undefined } as const;

const end = (steps: readonly WalkStep[], text: string, isCarried = false): Walk => ({
  steps,
  end: text,
  isCarried,
});

/**
 * Follows a request through what one Envoy holds, from listener to endpoint, by Envoy's own rules of
 * choice. Nothing is sent; what filters decide at run time (policies, limits, faults) is named only.
 */
export function walkRequest(
  dump: ConfigDump,
  endpoints: readonly EndpointRow[],
  request: WalkedRequest,
): Walk {
  const own = request.arrives === undefined ? undefined : ownAddress(dump);
  const asked = { ...request, address: request.address ?? own ?? addressOf(dump, request) };
  const listener = chooseListener(dump, asked);
  if (!listener) {
    return end(
      [],
      request.arrives
        ? "This proxy has no listener for what comes to its pod: traffic is not captured."
        : `No listener of this proxy takes port ${request.port}.`,
    );
  }
  const steps: WalkStep[] = [listener.step];
  const chosen = chooseChain(listener.resource, asked);
  if (!chosen) {
    return end(steps, "No filter chain matches: Envoy closes the connection (response flag NR).");
  }
  steps.push({
    step: "filter chain",
    chosen: chainName(chosen.chain),
    why: chosen.why,
    passed: chosen.passed,
    object: istioObjectOf(chosen.chain),
  });
  const filters = listField(chosen.chain, "filters");
  const http = filters.find((filter) => isNamed(filter, "http_connection_manager"));
  if (http)
    return walkHttp({ dump, endpoints, request: asked, steps }, fieldAt(http, "typed_config"));
  const tcp = filters.find((filter) => isNamed(filter, "tcp_proxy"));
  if (!tcp) return end(steps, "The chain neither proxies HTTP nor TCP: the connection ends here.");
  return walkTcp({ dump, endpoints, request: asked, steps }, fieldAt(tcp, "typed_config"));
}

const isNamed = (filter: unknown, name: string): boolean =>
  textField(filter, "name") === `envoy.filters.network.${name}`;

interface Walking {
  readonly dump: ConfigDump;
  readonly endpoints: readonly EndpointRow[];
  readonly request: WalkedRequest;
  readonly steps: WalkStep[];
}

/** istiod writes a service's addresses among the domains of its virtual host. */
function addressOf(dump: ConfigDump, { host, port }: WalkedRequest): string | undefined {
  const plain = host.replace(/:\d+$/, "").toLowerCase();
  if (ADDRESS.test(plain)) return plain;
  const domains = dumpedRoutes(dump)
    .filter(({ resource }) => textField(resource, "name").split(":").at(-1) === String(port))
    .flatMap(({ resource }) => listField(resource, "virtual_hosts"))
    .map((virtualHost) => texts(listField(virtualHost, "domains")))
    .find((list) => list.includes(plain));
  return domains?.find((domain) => ADDRESS.test(domain));
}

/** The pod's own address, which is part of the node's id: `sidecar~10.0.0.1~…`. */
const ownAddress = (dump: ConfigDump): string | undefined =>
  textField(fieldAt(dump.sections.get("Bootstrap"), "bootstrap", "node"), "id").split("~")[1] ||
  undefined;

const INBOUND_PORT = 15006;
const ADDRESS = /^\d+\.\d+\.\d+\.\d+$/;

/**
 * An application's connection is caught by virtualOutbound and handed to the listener of the address
 * and port that it was for, else to that of the port alone; a gateway listens itself.
 */
function chooseListener(dump: ConfigDump, { address, port, arrives }: WalkedRequest) {
  const all = dumpedListeners(dump).map(({ resource }) => {
    const socket = fieldAt(resource, "address", "socket_address");
    return {
      resource,
      name: textField(resource, "name"),
      address: textField(socket, "address"),
      port: numberField(socket, "port_value"),
    };
  });
  if (arrives !== undefined) {
    const inbound =
      all.find(({ name }) => name === "virtualInbound") ??
      all.find((each) => each.port === INBOUND_PORT);
    const why = "connections to the pod are redirected to it, whatever their port";
    return (
      inbound && {
        resource: inbound.resource,
        step: { ...NONE, step: "listener" as const, chosen: inbound.name, why },
      }
    );
  }
  const ofPort = all.filter((each) => each.port === port);
  const exact = ofPort.find((each) => each.address === address);
  const wildcard = ofPort.find((each) => each.address === "0.0.0.0" || each.address === "::");
  const found = exact ?? wildcard ?? all.find(({ name }) => name === "virtualOutbound");
  if (!found) return undefined;
  const why = exact
    ? `it listens on ${address ?? ""}:${port}, where the connection goes`
    : wildcard
      ? `it takes port ${port} of every address`
      : `no listener has port ${port}: the one that catches everything keeps it`;
  const passed = ofPort
    .filter((each) => each !== found)
    .map((each) => ({ name: each.name, why: `it listens on ${each.address}` }));
  const step: WalkStep = {
    ...{ step: "listener", chosen: found.name, why, passed },
    object: istioObjectOf(found.resource),
  };
  return { resource: found.resource, step };
}

function walkHttp(walking: Walking, manager: unknown): Walk {
  const { dump, request, steps } = walking;
  const filters = listField(manager, "http_filters").map((filter) =>
    textField(filter, "name").replace(/^envoy\.filters\.http\./, ""),
  );
  steps.push({
    ...NONE,
    step: "filters",
    chosen: filters.join(", "),
    why: "each of them may answer the request itself",
  });
  const inline = recordField(manager, "route_config");
  const name = textField(fieldAt(manager, "rds"), "route_config_name");
  const routes =
    inline ??
    dumpedRoutes(dump).find(({ resource }) => textField(resource, "name") === name)?.resource;
  if (!routes) {
    return end(
      steps,
      `The proxy does not have routes ${name} yet: it answers 404 until they come.`,
    );
  }
  const host = chooseVirtualHost(routes, request);
  if (!host) return end(steps, `No virtual host has Host ${request.host}: 404, response flag NR.`);
  steps.push({
    ...NONE,
    step: "virtual host",
    chosen: textField(host.host, "name"),
    why: `${host.why}, in ${inline ? "the routes of the chain" : `routes ${name}`}`,
  });
  const route = chooseRoute(host.host, request);
  if (!route) return end(steps, "No route of this virtual host matches: 404, response flag NR.");
  const { destination, clusters } = destinationOf(route.route);
  steps.push({
    step: "route",
    chosen: `${textField(route.route, "name") || "unnamed route"}: ${destination}`,
    why: route.why,
    passed: route.passed,
    object: istioObjectOf(route.route),
    words: {
      match: matchText(fieldAt(route.route, "match")),
      conditions: conditionsText(fieldAt(route.route, "match")),
      route: textField(route.route, "name"),
    },
  });
  return clusters.length === 0
    ? end(steps, `The proxy answers by itself: it ${destination}.`, true)
    : walkClusters(walking, clusters);
}

function walkTcp(walking: Walking, config: unknown): Walk {
  const cluster = textField(config, "cluster");
  const weighted = listField(fieldAt(config, "weighted_clusters"), "clusters");
  return walkClusters(
    walking,
    cluster ? [cluster] : weighted.map((each) => textField(each, "name")),
  );
}

function walkClusters(
  { dump, endpoints, request, steps }: Walking,
  names: readonly string[],
): Walk {
  const known = new Map(
    dumpedClusters(dump).map(({ resource }) => [textField(resource, "name"), resource]),
  );
  let reached = 0;
  for (const name of names) {
    const cluster = known.get(name);
    if (!cluster) {
      steps.push({
        ...NONE,
        step: "cluster",
        chosen: name,
        why: "the proxy does not have it: 503 NC",
      });
      continue;
    }
    const type = textField(cluster, "type") || "STATIC";
    const policy = textField(cluster, "lb_policy") || "ROUND_ROBIN";
    steps.push({
      step: "cluster",
      chosen: name,
      why: `the route names it; ${type}, balanced by ${policy}`,
      passed: [],
      object: istioObjectOf(cluster),
    });
    if (type === "ORIGINAL_DST") {
      reached += 1;
      steps.push({ ...NONE, step: "endpoint", ...originalDestination(request) });
      continue;
    }
    const step = endpointStep(endpoints.filter((row) => row.cluster === name));
    if (step.chosen !== "") reached += 1;
    steps.push(step);
  }
  if (reached === 0) return end(steps, "No endpoint can take it: 503, response flag UH or NC.");
  return end(steps, "The request reaches its endpoints, unless a filter stops it.", true);
}

const originalDestination = ({ arrives, port }: WalkedRequest) =>
  arrives === undefined
    ? {
        chosen: "the original destination",
        why: "the cluster connects to where the application wanted to go",
      }
    : { chosen: `port ${port} of the pod`, why: "the cluster connects to the application itself" };

const MAX_NAMED = 5;

function endpointStep(rows: readonly EndpointRow[]): WalkStep {
  const isFit = ({ status, outlierCheck }: EndpointRow): boolean =>
    (status === "HEALTHY" || status === "UNKNOWN" || status === "DEGRADED") &&
    outlierCheck === "OK";
  const fit = rows.filter(isFit);
  const named = fit.slice(0, MAX_NAMED).map(({ endpoint }) => endpoint);
  const more = fit.length - named.length;
  return {
    ...NONE,
    step: "endpoint",
    chosen: named.join(", ") + (more > 0 ? ` and ${more} more` : ""),
    why:
      rows.length === 0
        ? "the cluster has no endpoints"
        : `${fit.length} of ${rows.length} endpoints are fit`,
    passed: rows
      .filter((row) => !isFit(row))
      .map(({ endpoint, status, outlierCheck }) => ({
        name: endpoint,
        why: outlierCheck === "FAILED" ? "ejected by outlier detection" : status,
      })),
  };
}
