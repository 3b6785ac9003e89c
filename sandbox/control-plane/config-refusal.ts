import { RE2JS, RE2JSSyntaxException } from "re2js";
import { weakMemo } from "@/lib/base/weak-memo";
import { isVisibleTo } from "@/lib/istio/visibility";
import { hasLabels } from "@/lib/k8s/label-selector";
import { isRecord } from "@/lib/k8s/json-value";
import type { KubeObject } from "@/lib/k8s/object";
import { meshConfig } from "@/lib/mesh/mesh-config";
import type { MeshView } from "@/lib/mesh/view";
import { scopeOf } from "./change-scope";
import { clusters } from "./envoy/clusters";
import { listenersOf, routesOf } from "./envoy/config-dump";
import { luaSyntaxError } from "./lua-syntax";
import type { ProxyPod } from "./proxy-pod";
import type { XdsType } from "./xds-type";

type Json = Readonly<Record<string, unknown>>;

/** One patch of an EnvoyFilter that no Envoy can take. */
interface BadPatch {
  readonly filter: KubeObject;
  readonly context: string;
  readonly type: XdsType;
  /** Of the resources that it is merged into, which it spoils; and what Envoy says of each. */
  readonly spoils: (resource: Json) => string | undefined;
}

const field = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((inner, name) => (isRecord(inner) ? inner[name] : undefined), value);

const textOf = (value: unknown): string | undefined =>
  typeof value === "string" ? value : undefined;

/** Longer chunks are cut in LuaJIT's messages. */
const CHUNK_LENGTH = 45;

function chunkName(source: string): string {
  const line = source.split(/[\r\n]/, 1)[0] ?? "";
  const cut = line.length < source.length || line.length > CHUNK_LENGTH;
  return `[string "${cut ? `${line.slice(0, CHUNK_LENGTH)}...` : source}"]`;
}

/** What Envoy says of a Lua filter's script; undefined for one that loads, and for other filters. */
function scriptProblem(value: unknown): string | undefined {
  const config = field(value, "typed_config") ?? field(value, "typedConfig");
  const source =
    field(config, "default_source_code", "inline_string") ??
    field(config, "defaultSourceCode", "inlineString") ??
    field(config, "inline_code") ??
    field(config, "inlineCode");
  if (typeof source !== "string") return undefined;
  const problem = luaSyntaxError(source);
  return problem && `script load error: ${chunkName(source)}:${problem}`;
}

const ROUTE_PATCHES: ReadonlySet<string> = new Set([
  "ROUTE_CONFIGURATION",
  "VIRTUAL_HOST",
  "HTTP_ROUTE",
]);

const STATUS_RANGE = { from: 200, to: 600 } as const;

/** What Envoy says of a piece of a route configuration; undefined for one that it can take. */
function routeProblem(value: unknown): string | undefined {
  for (const pattern of regexesIn(value)) {
    const problem = regexProblem(pattern);
    if (problem !== undefined) return problem;
  }
  const { from, to } = STATUS_RANGE;
  return statusesIn(value).some((status) => status < from || status >= to)
    ? `Proto constraint validation failed (DirectResponseActionValidationError.Status: value must be inside range [${from}, ${to}))`
    : undefined;
}

/** The status of every direct response inside of a value. */
function statusesIn(value: unknown): number[] {
  if (Array.isArray(value)) return (value as readonly unknown[]).flatMap(statusesIn);
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const status = field(inner, "status");
    const direct = name === "direct_response" || name === "directResponse";
    return direct && typeof status === "number" ? [status] : statusesIn(inner);
  });
}

const holdsHttp = (resource: Json): boolean =>
  JSON.stringify(resource).includes("http_connection_manager");

/** The patches of an EnvoyFilter that cannot work. */
const badPatches = weakMemo((filter: KubeObject): readonly BadPatch[] => {
  const patches = field(filter["spec"], "configPatches");
  if (!Array.isArray(patches)) return [];
  return (patches as readonly unknown[]).flatMap((patch): BadPatch[] => {
    const applyTo = field(patch, "applyTo");
    const value = field(patch, "patch", "value");
    const context = textOf(field(patch, "match", "context")) ?? "ANY";
    const script = scriptProblem(value);
    if (applyTo === "HTTP_FILTER" && script !== undefined) {
      return [
        {
          filter,
          context,
          type: "LDS",
          spoils: (listener) => (holdsHttp(listener) ? script : undefined),
        },
      ];
    }
    const clusterType = field(value, "type");
    if (applyTo === "CLUSTER" && typeof clusterType === "string" && clusterType !== "EDS") {
      const service = textOf(field(patch, "match", "cluster", "service"));
      const spoils = (cluster: Json): string | undefined =>
        cluster["type"] === "EDS" &&
        (service === undefined || String(cluster["name"]).endsWith(`|${service}`))
          ? "eds_cluster_config set in a non-EDS cluster"
          : undefined;
      return [{ filter, context, type: "CDS", spoils }];
    }
    const problem = ROUTE_PATCHES.has(textOf(applyTo) ?? "") ? routeProblem(value) : undefined;
    if (problem === undefined) return [];
    const name = textOf(field(patch, "match", "routeConfiguration", "name"));
    const spoils = (routes: Json): string | undefined =>
      name === undefined || routes["name"] === name ? problem : undefined;
    return [{ filter, context, type: "RDS", spoils }];
  });
});

/** Codes of RE2's own library for what re2js names as Go's does. */
const RE2_MESSAGES: Readonly<Record<string, string>> = {
  "missing closing )": "missing )",
  "missing closing ]": "missing ]",
  "missing argument to repetition operator": "no argument for repetition operator",
  "invalid nested repetition operator": "bad repetition operator",
  "invalid repeat count": "invalid repetition size",
  "trailing backslash at end of expression": "trailing \\",
  "invalid or unsupported Perl syntax": "invalid perl operator",
  "invalid named capture": "invalid named capture group",
};

const regexProblem = (pattern: string): string | undefined => {
  try {
    RE2JS.compile(pattern);
    return undefined;
  } catch (error) {
    if (!(error instanceof RE2JSSyntaxException)) throw error;
    const said = error.getDescription();
    const about = error.getPattern();
    return `${RE2_MESSAGES[said] ?? said}${about ? `: ${about}` : ""}`;
  }
};

/** Every `regex` inside of a value. */
function regexesIn(value: unknown): string[] {
  if (Array.isArray(value)) return (value as readonly unknown[]).flatMap(regexesIn);
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    name === "regex" && typeof inner === "string" ? [inner] : regexesIn(inner),
  );
}

/** What Envoy says of the first regular expression of a VirtualService that it cannot read. */
const badRegex = weakMemo((service: KubeObject): string | undefined => {
  for (const pattern of regexesIn(field(service["spec"], "http"))) {
    const problem = regexProblem(pattern);
    if (problem !== undefined) return problem;
  }
  return undefined;
});

interface Suspects {
  readonly patches: readonly BadPatch[];
  readonly virtualServices: readonly { readonly object: KubeObject; readonly problem: string }[];
}

const suspectsOf = (mesh: MeshView): Suspects => ({
  patches: mesh.list("EnvoyFilter").flatMap(badPatches),
  virtualServices: mesh.list("VirtualService").flatMap((object) => {
    const problem = badRegex(object);
    return problem === undefined ? [] : [{ object, problem }];
  }),
});

/** Why the proxy refuses what istiod sends of a type, in Envoy's words; undefined where it takes it. */
export function configRefusal(pod: ProxyPod, type: XdsType, mesh: MeshView): string | undefined {
  const { patches, virtualServices } = mesh.derive(suspectsOf);
  if (type === "RDS") {
    const routed = virtualServices.find(({ object }) => isRouted(object, pod))?.problem;
    return routed ?? refusedRoutes(patches, pod, mesh);
  }
  const bad = patches.filter((patch) => patch.type === type && applies(patch, pod, mesh));
  if (bad.length === 0) return undefined;
  const resources = type === "LDS" ? listenersOf(pod, mesh).filter(isDynamic) : clusters(pod, mesh);
  const spoilt = resources.flatMap((resource) => {
    const found = bad.find((patch) => inContext(patch, resource, pod) && patch.spoils(resource));
    const problem = found?.spoils(resource);
    return problem === undefined ? [] : [`${String(resource["name"])}: ${problem}`];
  });
  if (spoilt.length === 0) return undefined;
  return type === "LDS"
    ? `Error adding/updating listener(s) ${spoilt.map((line) => `${line}\n`).join("")}`
    : `Error adding/updating cluster(s) ${spoilt.join(", ")}`;
}

/** Routes are told one configuration at a time: what is wrong with the first is all that is said. */
function refusedRoutes(
  patches: readonly BadPatch[],
  pod: ProxyPod,
  mesh: MeshView,
): string | undefined {
  // The routes of inbound listeners are part of these, and come with them.
  const bad = patches.filter(
    (patch) =>
      patch.type === "RDS" && patch.context !== "SIDECAR_INBOUND" && applies(patch, pod, mesh),
  );
  if (bad.length === 0) return undefined;
  for (const routes of routesOf(pod, mesh)) {
    const found = bad.find((patch) => patch.spoils(routes) !== undefined);
    if (found) return found.spoils(routes);
  }
  return undefined;
}

const isDynamic = ({ name }: Json): boolean => !/_150(?:90|21)$/.test(String(name));

function isRouted(object: KubeObject, pod: ProxyPod): boolean {
  const gateways = field(object["spec"], "gateways");
  const list = Array.isArray(gateways) ? (gateways as readonly unknown[]) : ["mesh"];
  const bound =
    pod.type === "router" ? list.some((name) => name !== "mesh") : list.includes("mesh");
  return bound && isVisibleTo(scopeOf("VirtualService", object), pod.namespace);
}

function applies({ filter, context }: BadPatch, pod: ProxyPod, mesh: MeshView): boolean {
  const { namespace } = filter.metadata;
  if (namespace !== pod.namespace && namespace !== mesh.derive(meshConfig).rootNamespace)
    return false;
  const labels = field(filter["spec"], "workloadSelector", "labels");
  if (isRecord(labels) && !hasLabels(pod.labels, labels as Readonly<Record<string, string>>)) {
    return false;
  }
  return context === "ANY" || (context === "GATEWAY") === (pod.type === "router");
}

/** Whether a resource is on the side of the proxy that the patch is for. */
function inContext({ context }: BadPatch, resource: Json, pod: ProxyPod): boolean {
  if (pod.type === "router" || context === "ANY") return true;
  const name = String(resource["name"]);
  const inbound = name === "virtualInbound" || name.startsWith("inbound|");
  return (context === "SIDECAR_INBOUND") === inbound;
}
