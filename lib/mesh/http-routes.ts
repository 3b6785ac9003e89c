import { MESH_GATEWAY } from "@/lib/istio/gateway-ref";
import { grpcRouteSpec } from "@/lib/istio/grpc-route";
import { type BackendReference, httpRouteSpec } from "@/lib/istio/http-route";
import { compareCreation } from "@/lib/k8s/creation-order";
import type { KubeObject } from "@/lib/k8s/object";
import { convertedGrpcRules } from "./grpc-route-rules";
import { compareRules } from "./http-route-order";
import { type ConvertedRule, convertedRules, type MayReach } from "./http-route-rules";
import { keepFact } from "./kept-fact";
import { ATTACHMENT_KINDS, attachments, isGranted } from "./route-attachments";
import type { MeshView } from "./view";

/** What istiod makes of HTTPRoutes, or of GRPCRoutes: the routes of one host at one parent. */
export interface HostRoutes {
  /** The oldest route object among them. */
  readonly object: KubeObject;
  readonly name: string;
  readonly namespace: string;
  readonly host: string;
  /** `namespace/name` of a Gateway, or `mesh`. */
  readonly gateway: string;
  /** In the order in which they are tried. */
  readonly rules: readonly (ConvertedRule & { readonly object: KubeObject })[];
}

/** The HTTPRoutes and GRPCRoutes of a mesh by what they are attached to. Use with `mesh.derive`. */
export const httpRoutes = (mesh: MeshView): readonly HostRoutes[] => [
  ...grouped(mesh, "HTTPRoute", (route, mayReach) => {
    const { rules = [] } = httpRouteSpec(route);
    return convertedRules(route, rules, mayReach);
  }),
  ...grouped(mesh, "GRPCRoute", (route, mayReach) => {
    const { rules = [] } = grpcRouteSpec(route);
    return convertedGrpcRules(route, rules, mayReach);
  }),
];

/** Routes of one kind are merged with each other, never with those of the other. */
function grouped(
  mesh: MeshView,
  kind: "HTTPRoute" | "GRPCRoute",
  convert: (route: KubeObject, mayReach: MayReach) => readonly ConvertedRule[],
): readonly HostRoutes[] {
  const groups = new Map<string, HostRoutes & { readonly rules: HostRoutes["rules"][number][] }>();
  for (const object of [...mesh.list(kind)].sort(compareCreation)) {
    const { namespace = "" } = object.metadata;
    const { parentRefs = [], hostnames = [] } = httpRouteSpec(object);
    for (const attachment of parentRefs.flatMap((parent) =>
      attachments(mesh, object, parent, hostnames),
    )) {
      const inMesh = attachment.gateway === MESH_GATEWAY;
      const mayReach = (backend: BackendReference) => inMesh || isGranted(mesh, backend, object);
      const own = convert(object, mayReach).map((rule) => ({
        ...ofPort(rule, attachment.port),
        object,
      }));
      for (const host of attachment.hosts) {
        const key = `${attachment.key}/${host}`;
        const known = groups.get(key);
        if (known) known.rules.push(...own);
        else {
          const name = `${kind === "GRPCRoute" ? "grpc~" : ""}${key.replaceAll("/", "~")}`;
          const { gateway } = attachment;
          groups.set(key, { object, name, namespace, host, gateway, rules: [...own] });
        }
      }
    }
  }
  return [...groups.values()].map((group) => ({
    ...group,
    rules: [...group.rules].sort(compareRules),
  }));
}

const ofPort = (rule: ConvertedRule, port: number | undefined): ConvertedRule =>
  port === undefined
    ? rule
    : {
        ...rule,
        http: { ...rule.http, match: (rule.http.match ?? []).map((match) => ({ ...match, port })) },
      };

keepFact(httpRoutes, { kinds: ["HTTPRoute", "GRPCRoute", ...ATTACHMENT_KINDS], facts: [] });
