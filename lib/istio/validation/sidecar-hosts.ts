import type { Field } from "@/lib/yaml/field";
import { shortNameProblem } from "./gateway";
import type { Issues } from "./issue";
import { cut, isLabel, partialWildcardProblem, quoted, wildcardDomainProblem } from "./names";

/** Checks the hosts of an egress listener of a Sidecar in `ownNamespace`. */
export function checkEgressHosts(hosts: Field, ownNamespace: string, issues: Issues): void {
  if (hosts.items().length === 0) {
    issues.error(hosts, "sidecar: egress listener must contain at least one host");
    return;
  }
  const seen = new Map<string, Set<string>>();
  for (const host of hosts.items()) {
    const [given, service] = cut(host.text ?? "", "/");
    if (service !== undefined && !given.startsWith("~")) {
      const namespace = given === "." ? ownNamespace : given;
      const services = seen.get(namespace) ?? new Set();
      seen.set(namespace, services);
      const isRepeated =
        service === "*" ? services.size > 0 : services.has(service) || services.has("*");
      if (isRepeated) issues.warn(host, `duplicated egress host: ${host.text ?? ""}`);
      services.add(service);
    }
    checkHost(host, issues);
  }
  if (seen.get("*")?.has("*") && seen.size > 1) {
    issues.warn(hosts, "`*/*` host select all resources, no other hosts can be added");
  }
}

function checkHost(entry: Field, issues: Issues): void {
  const [namespace, host] = cut(entry.text ?? "", "/");
  if (host === undefined) {
    issues.error(entry, "host must be of form namespace/dnsName");
    return;
  }
  if (namespace === "" || host === "") {
    issues.error(entry, "config namespace and dnsName in host entry cannot be empty");
  }
  // A tilde takes the namespace out.
  const name = namespace.startsWith("~") ? namespace.slice(1) : namespace;
  if (!["", "*", "."].includes(name) && !isLabel(name)) {
    issues.error(entry, `invalid namespace value ${quoted(namespace)} in sidecar`);
  }
  issues.check(entry, shortNameProblem(host));
  issues.check(entry, wildcardDomainProblem(host));
  issues.check(entry, partialWildcardProblem(host));
}
