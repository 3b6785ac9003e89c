import type { GrpcRouteMatch, GrpcRouteRule } from "@/lib/istio/grpc-route";
import type { HttpMatch, StringMatch } from "@/lib/istio/virtual-service";
import type { KubeObject } from "@/lib/k8s/object";
import { type ConvertedRule, matchesOf, type MayReach, rulesByMatch } from "./http-route-rules";

/**
 * The rules of a GRPCRoute as HTTP routes of a VirtualService, one for each match: a call of gRPC is
 * a request to `/service/method`. Source: istiod's convertGRPCRoute.
 */
export const convertedGrpcRules = (
  route: KubeObject,
  rules: readonly GrpcRouteRule[],
  mayReach: MayReach,
): readonly ConvertedRule[] => rulesByMatch(route, rules, mayReach, convertedMatch);

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
