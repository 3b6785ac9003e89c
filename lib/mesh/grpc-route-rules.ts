import type { GrpcRouteMatch, GrpcRouteRule } from "@/lib/istio/grpc-route";
import type { HttpMatch, StringMatch } from "@/lib/istio/virtual-service";
import type { KubeObject } from "@/lib/k8s/object";
import { type ConvertedRule, convertedRule, matchesOf, type MayReach } from "./http-route-rules";

/**
 * The rules of a GRPCRoute as HTTP routes of a VirtualService, one for each match: a call of gRPC is
 * a request to `/service/method`. Source: istiod's convertGRPCRoute.
 */
export function convertedGrpcRules(
  route: KubeObject,
  rules: readonly GrpcRouteRule[],
  mayReach: MayReach,
): readonly ConvertedRule[] {
  const { name, namespace = "" } = route.metadata;
  return rules.flatMap((rule, position) => {
    const path = `spec.rules[${position}]`;
    const base = convertedRule(rule, namespace, mayReach);
    const matches = rule.matches?.length ? rule.matches : [{}];
    return matches.map((match, index) => ({
      http: {
        ...base,
        name: rule.name || `${namespace}.${name}.${position}`,
        match: [convertedMatch(match)],
      },
      path,
      matchPath: rule.matches?.length ? `${path}.matches[${index}]` : path,
    }));
  });
}

function convertedMatch({ method, headers }: GrpcRouteMatch): HttpMatch {
  const uri = method && pathOf(method);
  return { ...(uri && { uri }), ...(headers?.length && { headers: matchesOf(headers) }) };
}

function pathOf({
  type = "Exact",
  service,
  method,
}: NonNullable<GrpcRouteMatch["method"]>): StringMatch {
  if (service === undefined) return { regex: `/[^/]+/${method ?? ".+"}` };
  if (type === "RegularExpression") return { regex: `/${service}/${method ?? ".+"}` };
  return method === undefined ? { prefix: `/${service}/` } : { exact: `/${service}/${method}` };
}
