import { ipProblem, subnetProblem } from "@/lib/istio/validation/addresses";
import { checkClientTls } from "@/lib/istio/validation/client-tls";
import { checkConnectionPool } from "@/lib/istio/validation/connection-pool";
import { checkDestination, checkWeights } from "@/lib/istio/validation/destination";
import { checkExportTo } from "@/lib/istio/validation/export-to";
import { checkServer, checkServerPort } from "@/lib/istio/validation/gateway";
import {
  headerValueProblem,
  matchedHeaderNameProblem,
  strictHeaderNameProblem,
} from "@/lib/istio/validation/headers";
import {
  checkDirectResponse,
  checkRedirect,
  checkRewrite,
  httpStatusProblem,
  regexRewriteProblem,
} from "@/lib/istio/validation/http-answers";
import {
  checkAbort,
  checkCors,
  checkDelay,
  checkRetries,
} from "@/lib/istio/validation/http-policies";
import { checkHttpRoute } from "@/lib/istio/validation/http-route";
import type { Issues } from "@/lib/istio/validation/issue";
import { checkLoadBalancer } from "@/lib/istio/validation/load-balancer";
import {
  checkLocality,
  checkZoneAwareness,
  localitiesProblem,
} from "@/lib/istio/validation/locality";
import {
  domainProblem,
  portNameProblem,
  trustDomainProblem,
  wildcardDomainProblem,
} from "@/lib/istio/validation/names";
import { checkServerTls } from "@/lib/istio/validation/server-tls";
import { checkOutlierDetection, checkTrafficPolicy } from "@/lib/istio/validation/traffic-policy";
import { gatewayHostProblem } from "@/lib/istio/validation/virtual-service";
import { Field } from "@/lib/yaml/field";

/** What a case says beside the part of a spec. */
export interface FragmentMeta {
  readonly bind?: string;
  readonly namespace?: string;
  readonly isServiceEntry?: boolean;
  readonly isDestinationRuleWithSelector?: boolean;
  readonly sni?: boolean;
  /** Present when the policy detects outliers. */
  readonly outlier?: unknown;
}

type FragmentCheck = (field: Field, issues: Issues, meta: FragmentMeta) => void;

const text =
  (problemOf: (value: string) => string | undefined): FragmentCheck =>
  (field, issues) => {
    issues.check(field, problemOf(field.text ?? ""));
  };

const detectsOutliers = ({ outlier }: FragmentMeta): boolean =>
  outlier !== undefined && outlier !== null;

const EMPTY = new Field([]);

/** How each part of a spec is checked that the tables hold, by its name there. */
export const FRAGMENTS: Readonly<Record<string, FragmentCheck>> = {
  "Gateway.server": (field, issues) => {
    checkServer(field, issues);
  },
  "Gateway.server.port": (field, issues, { bind = "" }) => {
    checkServerPort(field, bind, issues);
  },
  "Gateway.server.tls": checkServerTls,
  strictHeaderName: text(strictHeaderNameProblem),
  headerNameOrJwtClaimRoute: text(matchedHeaderNameProblem),
  headerValue: text(headerValueProblem),
  "HTTPRoute.corsPolicy": checkCors,
  httpStatus: (field, issues) => {
    issues.check(field, httpStatusProblem(field.number ?? 0));
  },
  "HTTPRoute.fault.abort": checkAbort,
  "HTTPRoute.fault.delay": checkDelay,
  "HTTPRoute.retries": checkRetries,
  "HTTPRoute.rewrite": checkRewrite,
  "HTTPRoute.rewrite.uriRegexRewrite": (field, issues) => {
    issues.check(field, regexRewriteProblem(field));
  },
  "HTTPRoute.redirect": (field, issues) => {
    checkRedirect(field, EMPTY, issues);
  },
  "HTTPRoute.directResponse": checkDirectResponse,
  portName: text(portNameProblem),
  Destination: checkDestination,
  "RouteDestination[]": (field, issues) => {
    checkWeights(field, issues);
  },
  HTTPRoute: (field, issues) => {
    checkHttpRoute(field, false, issues);
  },
  "HTTPRoute(root)": (field, issues) => {
    checkHttpRoute(field, false, issues);
  },
  "HTTPRoute(delegate)": (field, issues) => {
    checkHttpRoute(field, true, issues);
  },
  TrafficPolicy: (field, issues) => {
    checkTrafficPolicy(field, "", issues);
  },
  ConnectionPoolSettings: checkConnectionPool,
  LoadBalancerSettings: (field, issues) => {
    checkLoadBalancer(field, false, issues);
  },
  OutlierDetection: checkOutlierDetection,
  exportTo: (field, issues, { namespace = "", isServiceEntry, isDestinationRuleWithSelector }) => {
    checkExportTo(
      field,
      {
        namespace,
        mayHide: isServiceEntry === true,
        isForWorkloads: isDestinationRuleWithSelector === true,
      },
      issues,
    );
  },
  fqdn: text(domainProblem),
  ClientTLSSettings: (field, issues) => {
    checkClientTls(field, "", issues);
  },
  wildcardDomain: text(wildcardDomainProblem),
  gatewayBoundVirtualServiceHost: (field, issues, { sni = false }) => {
    issues.check(field, gatewayHostProblem(field.text ?? "", sni));
  },
  trustDomain: text(trustDomainProblem),
  localityLbSetting: (field, issues, meta) => {
    checkLocality(field, detectsOutliers(meta), issues);
  },
  zoneAwareLbSetting: (field, issues, meta) => {
    checkZoneAwareness(field, detectsOutliers(meta), issues);
  },
  localities: (field, issues) => {
    issues.check(field, localitiesProblem(field.texts()));
  },
  ipAddress: text(ipProblem),
  ipSubnet: text(subnetProblem),
};
