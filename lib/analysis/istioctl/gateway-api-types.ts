import type { KindId } from "@/lib/istio/kinds";
import { CONDITIONS, fields, LABEL_SELECTOR, list, of, TEXTS } from "./go-type-parts";
import type { GoType } from "./go-types";

const NAMED_VALUES = list(of("string", "name value type"));
const PARENT_REF = of("string", "group kind namespace name sectionName", {
  port: "int",
});
const HEADER_CHANGES = fields({
  set: NAMED_VALUES,
  add: NAMED_VALUES,
  remove: list("string"),
});
const FILTER = of("string", "type", {
  requestHeaderModifier: HEADER_CHANGES,
  responseHeaderModifier: HEADER_CHANGES,
  requestMirror: fields({ backendRef: PARENT_REF, percent: "int" }),
  requestRedirect: of("string", "scheme hostname", {
    port: "int",
    statusCode: "int",
    path: of("string", "type replaceFullPath replacePrefixMatch"),
  }),
  urlRewrite: of("string", "hostname", {
    path: of("string", "type replaceFullPath replacePrefixMatch"),
  }),
  extensionRef: of("string", "group kind name"),
});
const BACKEND = of("string", "group kind namespace name", {
  port: "int",
  weight: "int",
  filters: list(FILTER),
});
const ROUTE_STATUS = fields({
  parents: list(
    of("string", "controllerName", {
      parentRef: PARENT_REF,
      conditions: CONDITIONS,
    }),
  ),
});
/** A route of the Gateway API, with the conditions that its kind matches by. */
const route = (match: GoType): GoType =>
  fields({
    spec: fields({
      parentRefs: list(PARENT_REF),
      hostnames: list("string"),
      rules: list(
        of("string", "name", {
          matches: list(match),
          filters: list(FILTER),
          backendRefs: list(BACKEND),
          timeouts: of("string", "request backendRequest"),
        }),
      ),
    }),
    status: ROUTE_STATUS,
  });

/** What Go reads of the Gateway API's kinds that istioctl looks at, metadata aside. */
export const GATEWAY_API_TYPES: Partial<Record<KindId, GoType>> = {
  KubernetesGateway: fields({
    spec: of("string", "gatewayClassName", {
      addresses: list(of("string", "type value")),
      infrastructure: fields({ labels: TEXTS, annotations: TEXTS }),
      listeners: list(
        of("string", "name hostname protocol", {
          port: "int",
          tls: of("string", "mode", {
            certificateRefs: list(of("string", "group kind name namespace")),
            options: TEXTS,
          }),
          allowedRoutes: fields({
            namespaces: of("string", "from", { selector: LABEL_SELECTOR }),
            kinds: list(of("string", "group kind")),
          }),
        }),
      ),
    }),
    status: fields({
      conditions: CONDITIONS,
      addresses: list(of("string", "type value")),
      listeners: list(of("string", "name", { attachedRoutes: "int", conditions: CONDITIONS })),
    }),
  }),
  HTTPRoute: route(
    of("string", "method", {
      path: of("string", "type value"),
      headers: NAMED_VALUES,
      queryParams: NAMED_VALUES,
    }),
  ),
  GRPCRoute: route(
    fields({
      method: of("string", "type service method"),
      headers: NAMED_VALUES,
    }),
  ),
};
