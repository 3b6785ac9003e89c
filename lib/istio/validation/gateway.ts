import { isHttp, type Protocol, protocolOfName } from "@/lib/istio/protocol";
import type { Field } from "@/lib/yaml/field";
import { ipProblem, isIp, portProblem, UNIX_PREFIX, unixProblem } from "./addresses";
import type { IstioConfig } from "./config";
import type { Issues } from "./issue";
import { cut, isLabel, partialWildcardProblem, quoted, wildcardDomainProblem } from "./names";
import { checkServerTls, serverTlsMode } from "./server-tls";

/** Set by istiod on what it makes of Gateway API objects, whose names follow other rules. */
const SEMANTICS = "internal.istio.io/gateway-semantics";

/** Checks a Gateway of networking.istio.io. */
export function checkGateway({ spec, name, annotations }: IstioConfig, issues: Issues): void {
  const isConverted = annotations[SEMANTICS] === "gateway";
  if (!isLabel(name) && !isConverted) {
    issues.error(spec, `invalid gateway name: ${quoted(name)}`);
  }
  const servers = spec.at("servers").items();
  if (servers.length === 0) {
    issues.error(spec.at("servers"), "gateway must have at least one server");
  }
  for (const server of servers) checkServer(server, issues, isConverted);
  const names = new Set<string>();
  for (const server of servers) {
    if (!server.exists) {
      issues.error(server, "server may not be nil");
      continue;
    }
    const port = server.at("port");
    if (!port.exists) continue;
    const portName = port.at("name").text ?? "";
    if (names.has(portName)) {
      issues.error(
        port.at("name"),
        `port names in servers must be unique: duplicate name ${portName}`,
      );
    }
    names.add(portName);
    const redirect = server.at("tls", "httpsRedirect");
    const protocol = protocolOfName(port.at("protocol").text ?? "");
    if (redirect.isTrue && !(protocol && isHttp(protocol))) {
      issues.warn(redirect, "tls.httpsRedirect should only be used with http servers");
    }
  }
}

/** Checks one server. `isConverted`: whether it was made of a Gateway API object. */
export function checkServer(server: Field, issues: Issues, isConverted = false): void {
  if (!server.exists) {
    issues.error(server, "cannot have nil server");
    return;
  }
  const hosts = server.at("hosts");
  if (hosts.items().length === 0) {
    issues.error(hosts, "server config must contain at least one host");
  }
  for (const host of hosts.items()) checkServerHost(host, isConverted, issues);
  const port = server.at("port");
  const bind = server.at("bind");
  const before = issues.found.length;
  checkServerPort(port, bind.text ?? "", issues);
  const isPortFine = issues.found.length === before;
  checkBind(bind, port, issues);
  const tls = server.at("tls");
  checkServerTls(tls, issues);
  if (isPortFine) checkTlsPresence(tls, protocolOfName(port.at("protocol").text ?? ""), issues);
}

const isTls = (protocol: Protocol | undefined): boolean =>
  protocol === "HTTPS" || protocol === "TLS";

function checkTlsPresence(tls: Field, protocol: Protocol | undefined, issues: Issues): void {
  if (isTls(protocol)) {
    if (!tls.exists) {
      issues.error(tls, "server must have TLS settings for HTTPS/TLS protocols");
    }
    return;
  }
  if (!tls.exists) return;
  if (!protocol || !isHttp(protocol)) {
    issues.error(tls, "server cannot have TLS settings for non HTTPS/TLS ports");
    return;
  }
  const passes = ["PASSTHROUGH", "AUTO_PASSTHROUGH"].includes(serverTlsMode(tls));
  const certificates = ["caCertificates", "privateKey", "serverCertificate"];
  if (!passes || certificates.some((field) => tls.at(field).text !== undefined)) {
    issues.error(tls, "server cannot have TLS settings for plain text HTTP ports");
  }
}

/** Checks the port of a server that listens at `bind`. */
export function checkServerPort(port: Field, bind: string, issues: Issues): void {
  if (!port.exists) {
    issues.error(port, "port is required");
    return;
  }
  const protocol = port.at("protocol").text ?? "";
  if (protocolOfName(protocol) === undefined) {
    issues.error(
      port.at("protocol"),
      `invalid protocol ${quoted(protocol)}, supported protocols are HTTP, HTTP2, GRPC, GRPC-WEB, MONGO, REDIS, MYSQL, TCP`,
    );
  }
  const number = port.at("number").number ?? 0;
  if (number > 0 || !bind.startsWith(UNIX_PREFIX)) {
    issues.check(port.at("number"), portProblem(number));
  }
  if ((port.at("targetPort").number ?? 0) > 0) {
    issues.error(port.at("targetPort"), "targetPort has no impact on Gateways");
  }
  if (port.at("name").text === undefined) {
    issues.error(port, `port name must be set: ${portText(port)}`);
  }
}

function checkBind(bind: Field, port: Field, issues: Issues): void {
  if (bind.text === undefined) return;
  if (!bind.text.startsWith(UNIX_PREFIX)) {
    issues.check(bind, ipProblem(bind.text));
    return;
  }
  issues.check(bind, unixProblem(bind.text.slice(UNIX_PREFIX.length)));
  if ((port.at("number").number ?? 0) !== 0) {
    issues.error(port, `port number must be 0 for unix domain socket: ${portText(port)}`);
  }
}

/** A port as protobuf's text format has it. */
function portText(port: Field): string {
  const number = port.at("number").number ?? 0;
  const target = port.at("targetPort").number ?? 0;
  const text = (name: string) => {
    const value = port.at(name).text;
    return value === undefined ? [] : [`${name}:${quoted(value)}`];
  };
  return [
    ...(number ? [`number:${number}`] : []),
    ...text("protocol"),
    ...text("name"),
    ...(target ? [`target_port:${target}`] : []),
  ].join("  ");
}

/** Checks `namespace/host` or `host` of a server: names, wildcards, addresses. */
function checkServerHost(entry: Field, isConverted: boolean, issues: Issues): void {
  const [namespace, host] = cut(entry.text ?? "", "/");
  if (host === undefined) {
    checkHostName(entry, namespace, issues);
    return;
  }
  if (namespace === "" || host === "") {
    issues.error(entry, "config namespace and dnsName in host entry cannot be empty");
  }
  const isAny = namespace === "*" || namespace === "." || (namespace === "~" && isConverted);
  if (!isAny && !isLabel(namespace)) {
    issues.error(entry, `invalid namespace value ${quoted(namespace)} in gateway`);
  }
  checkHostName(entry, host, issues);
}

function checkHostName(entry: Field, host: string, issues: Issues): void {
  issues.check(entry, shortNameProblem(host));
  if (!isIp(host)) issues.check(entry, wildcardDomainProblem(host));
  issues.check(entry, partialWildcardProblem(host));
}

/** What is wrong with a host that has no dot. */
export const shortNameProblem = (host: string): string | undefined =>
  host !== "*" && !host.includes(".") ? "short names (non FQDN) are not allowed" : undefined;
