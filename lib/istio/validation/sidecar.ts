import { isHttp, protocolOfName } from "@/lib/istio/protocol";
import type { Field } from "@/lib/yaml/field";
import { ipProblem, portProblem, splitHostPort, UNIX_PREFIX, unixProblem } from "./addresses";
import type { IstioConfig } from "./config";
import { checkConnectionPool } from "./connection-pool";
import { checkDestination } from "./destination";
import type { Issues } from "./issue";
import { domainProblem, portNameProblem, quoted } from "./names";
import { checkWorkloadSelector } from "./selectors";
import { checkServerTls, serverTlsMode } from "./server-tls";
import { protocolProblem } from "./service-entry";
import { checkEgressHosts } from "./sidecar-hosts";

/** Checks a Sidecar. */
export function checkSidecar({ spec, namespace }: IstioConfig, issues: Issues): void {
  if (!checkWorkloadSelector(spec.at("workloadSelector"), "sidecar", issues)) return;
  const ingress = spec.at("ingress").items();
  const egress = spec.at("egress").items();
  const policy = spec.at("outboundTrafficPolicy");
  const pool = spec.at("inboundConnectionPool");
  if (ingress.length + egress.length === 0 && !policy.exists && !pool.exists) {
    issues.error(spec, "sidecar: empty configuration provided");
    return;
  }
  const ports = new Set<number>();
  for (const listener of ingress) checkIngress(listener, ports, issues);
  checkConnectionPool(pool, issues);
  checkEgressPorts(egress, issues);
  for (const listener of egress) {
    if (listener.exists) checkEgressHosts(listener.at("hosts"), namespace, issues);
  }
  checkOutboundPolicy(policy, issues);
}

function checkIngress(listener: Field, ports: Set<number>, issues: Issues): void {
  const port = listener.at("port");
  if (!listener.exists) {
    issues.error(listener, "sidecar: ingress may not be null");
    return;
  }
  if (!port.exists) {
    issues.error(port, "sidecar: port is required for ingress listeners");
    return;
  }
  checkTargetPort(port, issues);
  checkPort(port, issues);
  const number = port.at("number").number ?? 0;
  issues.check(port.at("number"), portProblem(number));
  checkBindAddress(listener.at("bind"), issues);
  if (ports.has(number)) {
    issues.error(port, "sidecar: ports on IP bound listeners must be unique");
  }
  ports.add(number);
  checkDefaultEndpoint(listener.at("defaultEndpoint"), issues);
  checkIngressTls(listener.at("tls"), port, issues);
  const pool = listener.at("connectionPool");
  checkConnectionPool(pool, issues);
  const protocol = protocolOfName(port.at("protocol").text ?? "");
  if (pool.at("http").exists && !(protocol && isHttp(protocol))) {
    issues.warn(
      pool,
      `sidecar: HTTP connection pool settings are configured for port ${number} (${quoted(port.at("name").text ?? "")}) but its protocol is not HTTP (${port.at("protocol").text ?? ""}); only TCP settings will apply`,
    );
  }
}

function checkTargetPort(port: Field, issues: Issues): void {
  const target = port.at("targetPort");
  if ((target.number ?? 0) > 0) issues.error(target, "targetPort has no impact on Sidecars");
}

function checkPort(port: Field, issues: Issues): void {
  const name = port.at("name");
  if (name.text !== undefined) issues.check(name, portNameProblem(name.text));
  issues.check(port.at("protocol"), protocolProblem(port.at("protocol").text ?? ""));
}

function checkBindAddress(bind: Field, issues: Issues): void {
  if (bind.text !== undefined) issues.check(bind, ipProblem(bind.text));
}

const OWN_ADDRESSES: ReadonlySet<string> = new Set(["", "127.0.0.1", "0.0.0.0", "::1", "::"]);

function checkDefaultEndpoint(endpoint: Field, issues: Issues): void {
  const { text } = endpoint;
  if (text === undefined) return;
  if (text.startsWith(UNIX_PREFIX)) {
    issues.check(endpoint, unixProblem(text.slice(UNIX_PREFIX.length)));
    return;
  }
  const split = splitHostPort(text);
  if ("problem" in split) issues.error(endpoint, split.problem);
  const { host, port } = "problem" in split ? { host: "", port: "" } : split;
  if (!OWN_ADDRESSES.has(host)) {
    issues.error(
      endpoint,
      "sidecar: defaultEndpoint must be of form 127.0.0.1:<port>,0.0.0.0:<port>,[::1]:port,[::]:port,unix://filepath or unset",
    );
  }
  if (/^[+-]?\d+$/.test(port)) issues.check(endpoint, portProblem(Number(port)));
  else {
    issues.error(
      endpoint,
      `sidecar: defaultEndpoint port (${port}) is not a number: strconv.Atoi: parsing ${quoted(port)}: invalid syntax`,
    );
  }
}

function checkIngressTls(tls: Field, port: Field, issues: Issues): void {
  if (!tls.exists) return;
  const refuse = (field: string, message: string) => {
    issues.error(tls.at(field), message);
  };
  const isListed = (field: string) => tls.at(field).items().length > 0;
  if (isListed("subjectAltNames")) {
    refuse("subjectAltNames", "sidecar: subjectAltNames is not supported in ingress tls");
  }
  if (tls.at("httpsRedirect").isTrue) {
    refuse("httpsRedirect", "sidecar: httpsRedirect is not supported");
  }
  if (tls.at("credentialName").text !== undefined) {
    refuse("credentialName", "sidecar: credentialName is not currently supported");
  }
  if (isListed("credentialNames")) {
    refuse("credentialNames", "sidecar: credentialNames is not currently supported");
  }
  if (isListed("tlsCertificates")) {
    refuse("tlsCertificates", "sidecar: tls_certificates is not currently supported");
  }
  const mode = serverTlsMode(tls);
  if (mode === "ISTIO_MUTUAL" || mode === "AUTO_PASSTHROUGH") {
    refuse("mode", `configuration is invalid: cannot set mode to ${mode} in sidecar ingress tls`);
  }
  const protocol = protocolOfName(port.at("protocol").text ?? "");
  if (protocol !== "HTTPS" && protocol !== "TLS") {
    issues.error(tls, "server cannot have TLS settings for non HTTPS/TLS ports");
  }
  checkServerTls(tls, issues);
}

function checkEgressPorts(egress: readonly Field[], issues: Issues): void {
  const ports = new Set<number>();
  const sockets = new Set<string>();
  egress.forEach((listener, index) => {
    if (!listener.exists) {
      issues.error(listener, "egress listener may not be null");
      return;
    }
    const port = listener.at("port");
    if (!port.exists) {
      // One that catches all is the last one.
      if (index === egress.length - 1) return;
      issues.error(
        listener,
        "sidecar: the egress listener with empty port should be the last listener in the list",
      );
      return;
    }
    checkTargetPort(port, issues);
    checkPort(port, issues);
    const number = port.at("number").number ?? 0;
    const bind = listener.at("bind");
    if (number === 0) {
      checkSocket(listener, issues);
      if (sockets.has(bind.text ?? "")) {
        issues.error(bind, "sidecar: unix domain socket values for listeners must be unique");
      }
      sockets.add(bind.text ?? "");
      return;
    }
    issues.check(port.at("number"), portProblem(number));
    checkBindAddress(bind, issues);
    if (ports.has(number)) {
      issues.error(port, "sidecar: ports on IP bound listeners must be unique");
    }
    ports.add(number);
  });
}

function checkSocket(listener: Field, issues: Issues): void {
  const bind = listener.at("bind");
  const address = bind.text ?? "";
  issues.check(
    bind,
    address.startsWith(UNIX_PREFIX)
      ? unixProblem(address.slice(UNIX_PREFIX.length))
      : "sidecar: ports with 0 value must have a unix domain socket bind address",
  );
  const mode = listener.at("captureMode");
  if (!["DEFAULT", "NONE"].includes(mode.text ?? "DEFAULT")) {
    issues.error(
      mode,
      "sidecar: captureMode must be DEFAULT/NONE for unix domain socket listeners",
    );
  }
}

function checkOutboundPolicy(policy: Field, issues: Issues): void {
  if (!policy.exists) return;
  const mode = policy.at("mode");
  if (mode.text === "ALLOW_ANY_DYNAMIC_DNS") {
    issues.error(
      mode,
      "sidecar: ALLOW_ANY_DYNAMIC_DNS mode is only supported in MeshConfig, not in Sidecar resource",
    );
    return;
  }
  const proxy = policy.at("egressProxy");
  if (!proxy.exists) return;
  if ((mode.text ?? "REGISTRY_ONLY") !== "ALLOW_ANY") {
    issues.error(
      proxy,
      "sidecar: egress_proxy must be set only with ALLOW_ANY outbound_traffic_policy mode",
    );
    return;
  }
  issues.check(proxy.at("host"), domainProblem(proxy.at("host").text ?? ""));
  if (proxy.at("port").exists) checkDestination(proxy, issues);
  else issues.error(proxy, "sidecar: egress_proxy port must be non-nil");
}
