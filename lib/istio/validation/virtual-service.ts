import { hostsOverlap, isSubsetOfHost } from "@/lib/istio/host";
import type { Field } from "@/lib/yaml/field";
import { isIp, portProblem, subnetProblem } from "./addresses";
import type { IstioConfig } from "./config";
import { checkWeights } from "./destination";
import { checkExportTo } from "./export-to";
import { checkGatewayNames } from "./gateway-names";
import { isClaimMatch } from "./headers";
import { checkHttpRoute } from "./http-route";
import type { Issues } from "./issue";
import { labelProblems, quoted, wildcardDomainProblem } from "./names";
import { warnOfUnusedRoutes } from "./unused-routes";

/** What the parts of a VirtualService must know of the whole. */
interface Scope {
  readonly hosts: readonly string[];
  /** Whether it is bound to gateways alone, and not to sidecars. */
  readonly isForGateways: boolean;
}

/** Checks a VirtualService. */
export function checkVirtualService({ spec, namespace }: IstioConfig, issues: Issues): void {
  const hosts = spec.at("hosts");
  const gateways = spec.at("gateways").items();
  const names = gateways.map(({ text = "" }) => text);
  const isForGateways = names.length > 0 && !names.includes("mesh");
  const isDelegate = hosts.items().length === 0;
  if (isDelegate) checkDelegate(spec, issues);
  checkGatewayNames(spec.at("gateways"), issues);
  if (!isForGateways) checkClaims(spec, names, issues);
  checkHosts(hosts, { isForGateways, hasSni: hasSniHosts(spec) }, issues);
  const routes = ["http", "tcp", "tls"].map((protocol) => spec.at(protocol).items());
  if (routes.every((list) => list.length === 0)) {
    issues.error(spec, "http, tcp or tls must be provided in virtual service");
  }
  for (const route of spec.at("http").items()) {
    if (route.exists) checkHttpRoute(route, isDelegate, issues);
    else issues.error(route, "http route may not be null");
  }
  const scope = {
    hosts: hosts.items().map(({ text = "" }) => text),
    // Here istiod counts one that names no gateway among those for gateways.
    isForGateways: !names.includes("mesh"),
  };
  for (const route of spec.at("tls").items()) checkTlsRoute(route, scope, issues);
  for (const route of spec.at("tcp").items()) {
    // Istiod loses the warnings of these.
    issues.errorsOf((inner) => {
      checkTcpRoute(route, inner);
    });
  }
  checkExportTo(spec.at("exportTo"), { namespace }, issues);
  warnOfUnusedRoutes(spec, issues);
}

function checkDelegate(spec: Field, issues: Issues): void {
  for (const [field, what] of [
    ["gateways", "gateways"],
    ["tls", "tls route"],
    ["tcp", "tcp route"],
  ] as const) {
    if (spec.at(field).items().length === 0) continue;
    issues.error(spec.at(field), `delegate virtual service must have no ${what} specified`);
  }
}

function checkClaims(spec: Field, gateways: readonly string[], issues: Issues): void {
  const matches = spec
    .at("http")
    .items()
    .flatMap((route) => route.at("match").items());
  const headers = matches.flatMap((match) => [
    ...match.at("headers").entries(),
    ...match.at("withoutHeaders").entries(),
  ]);
  for (const [name, header] of headers) {
    if (!isClaimMatch(name)) continue;
    issues.error(
      header,
      `JWT claim based routing (key: ${name}) is only supported for gateway, found no gateways: [${gateways.join(" ")}]`,
    );
  }
}

const hasSniHosts = (spec: Field): boolean =>
  spec
    .at("tls")
    .items()
    .some((route) =>
      route
        .at("match")
        .items()
        .some((match) => match.at("sniHosts").items().length > 0),
    );

function checkHosts(
  hosts: Field,
  { isForGateways, hasSni }: { isForGateways: boolean; hasSni: boolean },
  issues: Issues,
): void {
  const before = issues.found.length;
  for (const host of hosts.items()) {
    const text = host.text ?? "";
    const problem = isForGateways ? gatewayHostProblem(text, hasSni) : wildcardDomainProblem(text);
    if (problem !== undefined) {
      if (!isIp(text)) issues.error(host, problem);
    } else if (!isForGateways && text === "*") {
      issues.error(
        host,
        "wildcard host * is not allowed for virtual services bound to the mesh gateway",
      );
    }
  }
  if (issues.found.length > before) return;
  const items = hosts.items();
  items.forEach((host, index) => {
    for (const other of items.slice(index + 1)) {
      if (!hostsOverlap(host.text ?? "", other.text ?? "")) continue;
      issues.error(
        other,
        `duplicate hosts in virtual service: ${host.text ?? ""} & ${other.text ?? ""}`,
      );
    }
  });
}

const SNI_FORM = "outbound_.<PORT>_._.<HOSTNAME>";

/**
 * What is wrong with a host of a VirtualService for gateways. With `allowsSni` it may be the name
 * that a sidecar sends for a service's port (`outbound_.80_._.reviews.default.svc.cluster.local`).
 */
export function gatewayHostProblem(host: string, allowsSni: boolean): string | undefined {
  if (!allowsSni || !host.startsWith("outbound_")) return wildcardDomainProblem(host);
  if (host.length > 255) return `domain name ${quoted(host)} too long (max 255)`;
  const parts = host.split("_");
  if (parts.length < 4) return `domain name ${host} invalid, should follow '${SNI_FORM}' format`;
  const [, port = "", , name = ""] = parts.map((part) => part.replace(/^\.+|\.+$/g, ""));
  const wrong = !/\d/.test(port) ? port : !/[a-zA-Z]/.test(name) ? name : undefined;
  return wrong === undefined
    ? undefined
    : `domain name ${quoted(host)} invalid (label ${quoted(wrong)} invalid). should follow ${SNI_FORM} format`;
}

function checkTlsRoute(tls: Field, scope: Scope, issues: Issues): void {
  if (!tls.exists) return;
  const matches = tls.at("match").items();
  if (matches.length === 0) {
    issues.error(tls, "TLS route must have at least one match condition");
  }
  for (const match of matches) {
    if (!match.exists) {
      issues.error(match, "TLS match may not be null");
      continue;
    }
    const names = match.at("sniHosts");
    if (names.items().length === 0) {
      issues.error(match, "TLS match must have at least one SNI host");
    }
    for (const name of names.items()) checkSniHost(name, scope, issues);
    checkConnectionMatch(match, issues);
  }
  if (tls.at("route").items().length === 0) issues.error(tls, "TLS route is required");
  checkWeights(tls.at("route"), issues);
}

function checkSniHost(name: Field, { hosts, isForGateways }: Scope, issues: Issues): void {
  const text = name.text ?? "";
  const problem = isForGateways ? gatewayHostProblem(text, true) : wildcardDomainProblem(text);
  if (problem !== undefined) {
    if (!isIp(text)) issues.error(name, problem);
    else {
      issues.warn(
        name,
        `using an IP address (${quoted(text)}) goes against SNI spec and most clients do not support this`,
      );
    }
    return;
  }
  if (hosts.some((host) => isSubsetOfHost(text, host))) return;
  issues.error(
    name,
    `SNI host ${quoted(text)} is not a compatible subset of any of the virtual service hosts: [${hosts.join(", ")}]`,
  );
}

function checkTcpRoute(tcp: Field, issues: Issues): void {
  if (!tcp.exists) return;
  for (const match of tcp.at("match").items()) {
    if (match.exists) checkConnectionMatch(match, issues);
    else issues.error(match, "tcp match may not be nil");
  }
  if (tcp.at("route").items().length === 0) issues.error(tcp, "TCP route is required");
  checkWeights(tcp.at("route"), issues);
}

/** Checks what matches of TLS and TCP have in common. */
function checkConnectionMatch(match: Field, issues: Issues): void {
  for (const subnet of match.at("destinationSubnets").items()) {
    issues.check(subnet, subnetProblem(subnet.text ?? ""));
  }
  const port = match.at("port");
  if ((port.number ?? 0) !== 0) issues.check(port, portProblem(port.number ?? 0));
  const labels = match.at("sourceLabels");
  for (const problem of labelProblems(labels.labels())) issues.error(labels, problem);
  checkGatewayNames(match.at("gateways"), issues);
}
