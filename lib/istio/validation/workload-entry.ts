import type { Field } from "@/lib/yaml/field";
import { isIp, portProblem, UNIX_PREFIX, unixProblem } from "./addresses";
import type { IstioConfig } from "./config";
import type { Issues } from "./issue";
import { domainProblem, labelProblems, portNameProblem, quoted } from "./names";

/** Checks a WorkloadEntry. */
export function checkWorkloadEntry({ spec }: IstioConfig, issues: Issues): void {
  checkWorkload(spec, { servicePorts: undefined, allowsNames: true }, issues);
}

/** What is known of a workload beside its own fields. */
interface Surroundings {
  /** Names of the ports of the service that it belongs to; undefined where it stands alone. */
  readonly servicePorts: ReadonlySet<string> | undefined;
  /** Whether its address may be a name. */
  readonly allowsNames: boolean;
}

/** Checks one workload: a WorkloadEntry, or an endpoint of a ServiceEntry. */
export function checkWorkload(
  workload: Field,
  { servicePorts, allowsNames }: Surroundings,
  issues: Issues,
): void {
  const address = workload.at("address");
  const text = address.text ?? "";
  if (text === "") {
    const network = workload.at("network").text;
    if (network === undefined) {
      issues.error(address, "address is required");
      return;
    }
    issues.warn(address, `address is unset with network ${quoted(network)}`);
  }
  const isUnix = text.startsWith(UNIX_PREFIX);
  if (isUnix) {
    issues.check(address, unixProblem(text.slice(UNIX_PREFIX.length)));
    if (workload.at("ports").entries().length > 0) {
      issues.error(workload.at("ports"), `unix endpoint ${text} must not include ports`);
    }
  } else if (text !== "" && !isIp(text)) {
    if (!allowsNames) {
      issues.error(address, `endpoint address ${quoted(text)} is not a valid IP address`);
    } else checkAddressName(address, issues);
  }
  checkWorkloadPorts(workload.at("ports"), servicePorts, issues);
  checkWorkloadLabels(workload.at("labels"), issues);
  if (isUnix && servicePorts && servicePorts.size !== 1) {
    issues.error(workload, "exactly 1 service port required for unix endpoints");
  }
}

/** Checks an address that is no IP address. */
export function checkAddressName(address: Field, issues: Issues): void {
  const text = address.text ?? "";
  if (domainProblem(text) === undefined) return;
  issues.error(address, `endpoint address ${quoted(text)} is not a valid FQDN or an IP address`);
}

/** Checks ports by name. */
export function checkWorkloadPorts(
  ports: Field,
  servicePorts: ReadonlySet<string> | undefined,
  issues: Issues,
): void {
  for (const [name, port] of ports.entries()) {
    const number = port.number ?? 0;
    if (servicePorts && !servicePorts.has(name)) {
      issues.error(port, `endpoint port ${number} is not defined by the service entry`);
    }
    issues.check(port, portNameProblem(name));
    issues.check(port, portProblem(number));
  }
}

/** Checks labels of a workload. */
export function checkWorkloadLabels(labels: Field, issues: Issues): void {
  for (const problem of labelProblems(labels.labels())) issues.error(labels, problem);
}
