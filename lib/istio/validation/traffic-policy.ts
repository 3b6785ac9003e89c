import type { Field } from "@/lib/yaml/field";
import { ipProblem, portProblem } from "./addresses";
import { checkClientTls } from "./client-tls";
import { checkConnectionPool } from "./connection-pool";
import { checkDuration } from "./durations";
import type { Issues } from "./issue";
import { checkLoadBalancer } from "./load-balancer";
import { domainProblem } from "./names";

const PARTS = [
  "outlierDetection",
  "connectionPool",
  "loadBalancer",
  "tls",
  "portLevelSettings",
  "tunnel",
  "proxyProtocol",
  "retryBudget",
];

/** A list of no items is the same as none, as protobuf has it. */
const isGiven = (field: Field): boolean =>
  field.exists && !(Array.isArray(field.value) && field.value.length === 0);

/** Checks `trafficPolicy` of an object in `namespace`. */
export function checkTrafficPolicy(policy: Field, namespace: string, issues: Issues): void {
  if (!policy.exists) return;
  if (!PARTS.some((part) => isGiven(policy.at(part)))) {
    issues.error(policy, "traffic policy must have at least one field");
    return;
  }
  const tunnel = policy.at("tunnel");
  const proxyProtocol = policy.at("proxyProtocol");
  if (tunnel.exists && proxyProtocol.exists) {
    issues.error(policy, "tunnel and proxyProtocol must not be set together");
    return;
  }
  checkPolicies(policy, namespace, issues);
  for (const port of policy.at("portLevelSettings").items()) {
    // Istiod loses the warnings of these.
    issues.errorsOf((inner) => {
      checkPortPolicy(port, namespace, inner);
    });
  }
  checkTunnel(tunnel, issues);
  const version = proxyProtocol.at("version").number;
  if (version !== undefined && version !== 0 && version !== 1) {
    issues.error(proxyProtocol, `proxy protocol version is invalid: ${version}`);
  }
}

function checkPolicies(policy: Field, namespace: string, issues: Issues): void {
  const outliers = policy.at("outlierDetection");
  checkOutlierDetection(outliers, issues);
  checkConnectionPool(policy.at("connectionPool"), issues);
  checkLoadBalancer(policy.at("loadBalancer"), outliers.exists, issues);
  checkClientTls(policy.at("tls"), namespace, issues);
}

function checkPortPolicy(policy: Field, namespace: string, issues: Issues): void {
  if (!policy.exists) {
    issues.error(policy, "traffic policy may not be null");
    return;
  }
  if (!policy.at("port").exists) {
    issues.error(policy, "portTrafficPolicy must have valid port");
  }
  const parts = ["outlierDetection", "connectionPool", "loadBalancer", "tls"];
  if (parts.some((part) => policy.at(part).exists)) checkPolicies(policy, namespace, issues);
  else issues.error(policy, "port traffic policy must have at least one field");
}

/** Checks `outlierDetection`. */
export function checkOutlierDetection(outliers: Field, issues: Issues): void {
  if (!outliers.exists) return;
  checkDuration(outliers.at("baseEjectionTime"), issues);
  const consecutive = outliers.at("consecutiveErrors");
  if ((consecutive.number ?? 0) !== 0) {
    issues.warn(
      consecutive,
      "outlier detection consecutive errors is deprecated, use consecutiveGatewayErrors or consecutive5xxErrors instead",
    );
  }
  const local = outliers.at("consecutiveLocalOriginFailures");
  if (!outliers.at("splitExternalLocalOriginErrors").isTrue && (local.number ?? 0) > 0) {
    issues.error(
      local,
      "outlier detection consecutive local origin failures is specified, but split external local origin errors is set to false",
    );
  }
  checkDuration(outliers.at("interval"), issues);
  for (const name of ["maxEjectionPercent", "minHealthPercent"]) {
    const percent = outliers.at(name);
    const value = percent.number ?? 0;
    if (value < 0 || value > 100) {
      issues.error(percent, `percentage ${value} is not in range 0..100`);
    }
  }
}

function checkTunnel(tunnel: Field, issues: Issues): void {
  if (!tunnel.exists) return;
  const protocol = tunnel.at("protocol");
  if (protocol.text !== undefined && protocol.text !== "CONNECT" && protocol.text !== "POST") {
    issues.error(protocol, 'tunnel protocol must be "CONNECT" or "POST"');
  }
  const host = tunnel.at("targetHost");
  const [noName, noAddress] = [domainProblem(host.text ?? ""), ipProblem(host.text ?? "")];
  if (noName !== undefined && noAddress !== undefined) {
    issues.error(
      host,
      `tunnel target host must be valid FQDN or IP address: ${noName}; ${noAddress}`,
    );
  }
  const port = tunnel.at("targetPort");
  const problem = portProblem(port.number ?? 0);
  if (problem !== undefined) issues.error(port, `tunnel target port is invalid: ${problem}`);
}
