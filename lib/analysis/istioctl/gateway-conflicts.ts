import { hasLabels } from "@/lib/k8s/label-selector";
import { groupBy } from "@/lib/base/group-by";
import type { MeshView } from "@/lib/mesh/view";
import { Field } from "../field";
import { labelsOf, podsWith } from "../facts/pods";
import type { IstioctlReport, Subject } from "../rule";
import { byText, fullName, selectorText } from "./words";

type Labels = Readonly<Record<string, string>>;

interface KnownServer {
  readonly gateway: string;
  readonly selector: string;
  readonly labels: Labels;
  readonly port: number;
  /** The bind address by host, of the last server of this port. */
  readonly binds: ReadonlyMap<string, string>;
}

/**
 * The servers of Gateways by port; of one Gateway's servers with the same port the last one counts.
 * Reads Gateway.
 */
function knownServers(mesh: MeshView): ReadonlyMap<number, readonly KnownServer[]> {
  const servers = new Map<string, KnownServer>();
  for (const object of mesh.list("Gateway")) {
    const spec = new Field(object).at("spec");
    const labels = spec.at("selector").labels();
    const gateway = fullName(object.metadata);
    for (const server of spec.at("servers").items()) {
      const port = portOf(server);
      const binds = new Map(hostsOf(server).map((host) => [host, bindOf(server)]));
      const selector = selectorText(labels);
      servers.set(`${gateway}~${port}`, { gateway, selector, labels, port, binds });
    }
  }
  return groupBy(servers.values(), ({ port }) => port);
}

/**
 * Whether the conflict analyzer knows a Gateway's selector: it does by the servers that have it.
 * One without servers that shares its proxies with no other is "not found", with pods or without.
 */
export function isServedSelector(spec: Field, mesh: MeshView): boolean {
  const labels = spec.at("selector").labels();
  const selector = selectorText(labels);
  if (selector === "" || spec.at("servers").items().length > 0) return true;
  const known = [...mesh.derive(knownServers).values()].flat();
  return known.some((other) => shareProxies({ selector, labels }, other, mesh));
}

const portOf = (server: Field): number => server.at("port", "number").number ?? 0;
const bindOf = (server: Field): string => server.at("bind").text ?? "";
const hostsOf = (server: Field): readonly string[] =>
  server
    .at("hosts")
    .items()
    .map(({ value }) => (typeof value === "string" ? value : ""));

/**
 * Which Gateways istioctl takes for rivals of one: the same port, one literal host with the same
 * bind address, and selectors that are equal, or one in the other's text with a pod that both take.
 * Reads Gateway and Pod. Source: gateway/conflictinggateway.go.
 */
export function* istioctlConflicts(
  { fields, namespace, name }: Subject,
  mesh: MeshView,
): Iterable<IstioctlReport> {
  const spec = fields.at("spec");
  const labels = spec.at("selector").labels();
  const selector = selectorText(labels);
  const own = fullName({ namespace, name });
  // A server that gets in nobody's way counts as one of each rival's when the next ones are looked at.
  // That of other Gateways does too, in the order of a Go map: no run has to repeat it.
  const counted = new Map<KnownServer, Map<string, string>>();
  for (const server of spec.at("servers").items()) {
    const port = portOf(server);
    const hosts = hostsOf(server);
    const bind = bindOf(server);
    const rivals = (mesh.derive(knownServers).get(port) ?? []).filter((other) => {
      if (other.gateway === own || !shareProxies({ selector, labels }, other, mesh)) return false;
      const binds = counted.get(other) ?? new Map(other.binds);
      counted.set(other, binds);
      if (hosts.some((host) => binds.get(host) === bind)) return true;
      for (const host of hosts) binds.set(host, bind);
      return false;
    });
    if (rivals.length === 0) continue;
    const names = rivals.map(({ gateway }) => gateway).sort(byText);
    yield {
      message: `Conflict with gateways ${names.join(",")} (workload selector ${selector}, port ${port}, hosts ${hosts.join(",")}).`,
    };
  }
}

function shareProxies(
  own: { readonly selector: string; readonly labels: Labels },
  other: { readonly selector: string; readonly labels: Labels },
  mesh: MeshView,
): boolean {
  if (own.selector === other.selector) return true;
  if (!own.selector.includes(other.selector) && !other.selector.includes(own.selector)) {
    return false;
  }
  return podsWith(mesh, own.labels).some((pod) => hasLabels(labelsOf(pod), other.labels));
}
