import { isWildcard } from "@/lib/istio/host";
import { isHttp, type Protocol, protocolOfName } from "@/lib/istio/protocol";
import type { Field } from "@/lib/yaml/field";
import { isIp, portProblem, subnetProblem } from "./addresses";
import type { IstioConfig } from "./config";
import { checkExportTo } from "./export-to";
import type { Issues } from "./issue";
import {
  domainProblem,
  partialWildcardProblem,
  portNameProblem,
  quoted,
  wildcardDomainProblem,
} from "./names";
import { checkWorkloadSelector } from "./selectors";
import {
  checkAddressName,
  checkWorkload,
  checkWorkloadLabels,
  checkWorkloadPorts,
} from "./workload-entry";

const AUTO_ALLOCATE = "networking.istio.io/enable-autoallocate-ip";
const USE_WAYPOINT = "istio.io/use-waypoint";

const TCP: ReadonlySet<Protocol | undefined> = new Set<Protocol>([
  "TCP",
  "HTTPS",
  "TLS",
  "Mongo",
  "Redis",
  "MySQL",
]);

const protocolOf = (port: Field): Protocol | undefined =>
  protocolOfName(port.at("protocol").text ?? "");

/** Checks a ServiceEntry. */
export function checkServiceEntry(config: IstioConfig, issues: Issues): void {
  const { spec, namespace } = config;
  const selector = spec.at("workloadSelector");
  if (!checkWorkloadSelector(selector, "service entry", issues)) return;
  const endpoints = spec.at("endpoints").items();
  if (selector.exists && endpoints.length > 0) {
    issues.error(spec, "only one of WorkloadSelector or Endpoints is allowed in Service Entry");
  }
  const resolution = spec.at("resolution").text ?? "NONE";
  checkHosts(spec.at("hosts"), resolution, issues);
  checkAddresses(spec.at("addresses"), resolution, issues);
  checkPorts(config, resolution, issues);
  checkResolution(config, resolution, issues);
  if (resolution !== "NONE" && spec.at("hosts").items().length > 1) {
    const other = spec
      .at("ports")
      .items()
      .find((port) => {
        const protocol = protocolOf(port);
        return !protocol || !(isHttp(protocol) || protocol === "HTTPS" || protocol === "TLS");
      });
    if (other) issues.error(other, "multiple hosts provided with non-HTTP, non-TLS ports");
  }
  checkExportTo(spec.at("exportTo"), { namespace, mayHide: true }, issues);
}

function checkHosts(hosts: Field, resolution: string, issues: Issues): void {
  if (hosts.items().length === 0) {
    issues.error(hosts, "service entry must have at least one host");
  }
  for (const host of hosts.items()) {
    const text = host.text ?? "";
    if (text === "*") {
      issues.error(host, "invalid host *");
      continue;
    }
    issues.check(host, wildcardDomainProblem(text));
    const partial = partialWildcardProblem(text);
    if (resolution !== "DYNAMIC_DNS" && partial !== undefined) issues.warn(host, partial);
  }
}

function checkAddresses(addresses: Field, resolution: string, issues: Issues): void {
  const items = addresses.items();
  for (const address of items) issues.check(address, subnetProblem(address.text ?? ""));
  const hasRange = items.some(({ text = "" }) => text.includes("/"));
  if (hasRange && resolution !== "NONE" && resolution !== "STATIC") {
    issues.error(addresses, "CIDR addresses are allowed only for NONE/STATIC resolution types");
  }
}

function checkPorts({ spec, labels }: IstioConfig, resolution: string, issues: Issues): void {
  const hasAddresses = spec.at("addresses").items().length > 0;
  const isAllocated =
    resolution !== "NONE" && labels[AUTO_ALLOCATE]?.toLowerCase() !== "false" && !hasAddresses;
  const names = new Set<string>();
  const numbers = new Set<number>();
  for (const port of spec.at("ports").items()) {
    if (!port.exists) {
      issues.error(port, "service entry port may not be null");
      continue;
    }
    const name = port.at("name").text ?? "";
    const number = port.at("number").number ?? 0;
    if (names.has(name)) {
      issues.error(port, `service entry port name ${quoted(name)} already defined`);
    }
    if (numbers.has(number)) issues.error(port, `service entry port ${number} already defined`);
    names.add(name);
    numbers.add(number);
    const target = port.at("targetPort");
    if ((target.number ?? 0) !== 0) issues.check(target, portProblem(target.number ?? 0));
    const protocol = port.at("protocol").text ?? "";
    if (!hasAddresses && !isAllocated && (protocol === "" || protocol === "TCP")) {
      issues.warn(
        port,
        "addresses are required for ports serving TCP (or unset) protocol when IP Autoallocation is not enabled",
      );
    }
    issues.check(port.at("name"), portNameProblem(name));
    issues.check(port.at("protocol"), protocolProblem(protocol));
    issues.check(port.at("number"), portProblem(number));
  }
}

/** What is wrong with the name of a protocol; none is fine. */
export const protocolProblem = (name: string): string | undefined =>
  name !== "" && protocolOfName(name) === undefined ? `unsupported protocol: ${name}` : undefined;

function checkResolution(config: IstioConfig, resolution: string, issues: Issues): void {
  const { spec } = config;
  switch (resolution) {
    case "NONE":
      if (spec.at("endpoints").items().length > 0) {
        issues.error(
          spec.at("endpoints"),
          "no endpoints should be provided for resolution type none",
        );
      }
      if (spec.at("workloadSelector").exists) {
        issues.warn(
          spec.at("workloadSelector"),
          "workloadSelector should not be set when resolution mode is NONE",
        );
      }
      return;
    case "STATIC":
      checkStatic(spec, issues);
      return;
    case "DNS":
    case "DNS_ROUND_ROBIN":
      checkDns(spec, resolution, issues);
      return;
    case "DYNAMIC_DNS":
      checkDynamicDns(config, issues);
      return;
    default:
      issues.error(spec.at("resolution"), `unsupported resolution type ${resolution}`);
  }
}

const portNames = (spec: Field): ReadonlySet<string> =>
  new Set(
    spec
      .at("ports")
      .items()
      .map((port) => port.at("name").text ?? ""),
  );

function checkStatic(spec: Field, issues: Issues): void {
  const servicePorts = portNames(spec);
  for (const endpoint of spec.at("endpoints").items()) {
    if (!endpoint.exists) issues.error(endpoint, "endpoint cannot be nil");
    else checkWorkload(endpoint, { servicePorts, allowsNames: false }, issues);
  }
}

function checkDns(spec: Field, resolution: string, issues: Issues): void {
  const endpoints = spec.at("endpoints").items();
  const hosts = spec.at("hosts").items();
  if (endpoints.length === 0) {
    const wrong = hosts.find(({ text = "" }) => domainProblem(text) !== undefined);
    if (wrong) {
      issues.error(
        wrong,
        `hosts must be FQDN or contain only prefix wildcards if no endpoints are provided for resolution mode ${resolution}, ${domainProblem(wrong.text ?? "") ?? ""}`,
      );
    }
  }
  if (resolution === "DNS_ROUND_ROBIN" && endpoints.length > 1) {
    issues.error(
      spec.at("endpoints"),
      `there must only be 0 or 1 endpoint for resolution mode ${resolution}`,
    );
  }
  const servicePorts = portNames(spec);
  for (const endpoint of endpoints) {
    if (!endpoint.exists) {
      issues.error(endpoint, "endpoint cannot be nil");
      continue;
    }
    const address = endpoint.at("address");
    if (!isIp(address.text ?? "")) checkAddressName(address, issues);
    checkWorkloadLabels(endpoint.at("labels"), issues);
    checkWorkloadPorts(endpoint.at("ports"), servicePorts, issues);
  }
  const hasTcp = spec
    .at("ports")
    .items()
    .some((port) => TCP.has(protocolOf(port)));
  if (spec.at("addresses").items().length > 0 && hasTcp && hosts.length > 1) {
    issues.warn(
      spec.at("hosts"),
      "service entry can not have more than one host specified simultaneously with address and tcp port",
    );
  }
}

const DYNAMIC_PROTOCOLS: ReadonlySet<Protocol | undefined> = new Set<Protocol>([
  "HTTP",
  "TLS",
  "GRPC",
  "HTTP2",
]);

function checkDynamicDns({ spec, labels }: IstioConfig, issues: Issues): void {
  const type = "resolution type DYNAMIC_DNS";
  const hosts = spec.at("hosts");
  if (hosts.items().length === 0) {
    issues.error(hosts, `at least one wildcard host must be provided for ${type}`);
  }
  for (const host of hosts.items()) {
    if (isWildcard(host.text ?? "")) continue;
    issues.error(host, "host must be wildcarded for resolution mode DYNAMIC_DNS");
  }
  if (spec.at("addresses").items().length > 0) {
    issues.error(
      spec.at("addresses"),
      `addresses cannot be set for ${type}. HTTP route domains will only be generatedfrom the hosts field values`,
    );
  }
  if (spec.at("endpoints").items().length > 0) {
    issues.error(
      spec.at("endpoints"),
      `endpoints cannot be set for ${type}. Destination IP address determined from hostsfield values`,
    );
  }
  for (const port of spec.at("ports").items()) {
    if (DYNAMIC_PROTOCOLS.has(protocolOf(port))) continue;
    issues.error(port, `only HTTP, TLS, GRPC, and HTTP2 protocols are supported for ${type}`);
  }
  const location = spec.at("location");
  const waypoint = labels[USE_WAYPOINT] ?? "";
  const usesWaypoint = waypoint !== "" && waypoint.toLowerCase() !== "none";
  if (location.text === "MESH_INTERNAL" && usesWaypoint) {
    issues.error(
      location,
      `location MESH_INTERNAL with ${type} is not supported when using waypoints`,
    );
  }
}
