import type { MeshView } from "@/lib/mesh/view";
import { Field } from "../field";

/** What istioctl knows of a host: its ports, and the labels that a ServiceEntry selects by. */
export interface KnownHost {
  readonly ports: readonly number[];
  readonly selector: Readonly<Record<string, string>>;
}

/** Hosts by scope (a namespace, or `*`) and name, and the wildcards among them. */
interface KnownHosts {
  readonly exact: ReadonlyMap<string, KnownHost>;
  readonly wildcards: readonly {
    readonly scope: string;
    readonly suffix: string;
    known: KnownHost;
  }[];
}

const ALL = "*";

/** As istioctl completes a host: only a name without any dot, an empty one too. */
export const toFqdn = (host: string, namespace: string): string =>
  host.startsWith("*") || host.includes(".") ? host : `${host}.${namespace}.svc.cluster.local`;

/**
 * The hosts of ServiceEntries and Services as istioctl sees them: it knows no default of the mesh
 * config for exportTo. Reads ServiceEntry and Service. Source: util.InitServiceEntryHostMap.
 */
function knownHosts(mesh: MeshView): KnownHosts {
  const exact = new Map<string, KnownHost>();
  for (const entry of mesh.list("ServiceEntry")) {
    const namespace = entry.metadata.namespace ?? "";
    const spec = new Field(entry).at("spec");
    const known: KnownHost = {
      ports: portNumbers(spec, "number"),
      selector: spec.at("workloadSelector", "labels").labels(),
    };
    const hosts = spec.at("hosts").items();
    for (const host of hosts) {
      const fqdn = toFqdn(host.text ?? "", namespace);
      for (const scope of entryScopes(spec, namespace)) exact.set(`${scope}/${fqdn}`, known);
    }
  }
  for (const service of mesh.list("Service")) {
    const { name, namespace = "" } = service.metadata;
    const fields = new Field(service);
    const exported = fields.at("metadata", "annotations", "networking.istio.io/exportTo").text;
    const known: KnownHost = { ports: portNumbers(fields.at("spec"), "port"), selector: {} };
    for (const scope of exported?.split(",").map((part) => part.trim()) ?? [ALL]) {
      const key = `${scope === "." ? namespace : scope}/${toFqdn(name, namespace)}`;
      exact.set(key, known);
    }
  }
  const wildcards = [...exact].flatMap(([key, known]) => {
    const slash = key.indexOf("/");
    const host = key.slice(slash + 1);
    return host.startsWith("*")
      ? [{ scope: key.slice(0, slash), suffix: host.slice(1), known }]
      : [];
  });
  return { exact, wildcards };
}

/** From `*` on, further entries of exportTo do not count. */
function entryScopes(spec: Field, namespace: string): readonly string[] {
  const exportTo = spec.at("exportTo").items();
  if (exportTo.length === 0) return [ALL];
  const scopes = exportTo.map(({ text = "" }) => (text === "." ? namespace : text));
  const all = scopes.indexOf(ALL);
  return all < 0 ? scopes : scopes.slice(0, all + 1);
}

const portNumbers = (spec: Field, field: string): readonly number[] =>
  spec
    .at("ports")
    .items()
    .map((port) => port.at(field).number ?? 0);

/**
 * What istioctl finds for a host that an object of `namespace` names: what all see, then what the
 * namespaces of its own exportTo see, then a wildcard. Source: util.GetDestinationHost.
 */
export function lookUpHost(
  mesh: MeshView,
  host: string,
  { namespace, exportTo }: { readonly namespace: string; readonly exportTo: readonly string[] },
): KnownHost | undefined {
  const { exact, wildcards } = mesh.derive(knownHosts);
  const fqdn = toFqdn(host, namespace);
  const scopes = exportTo.length === 0 ? [namespace] : exportTo;
  for (const scope of [ALL, ...scopes]) {
    const known = exact.get(`${scope === "." ? namespace : scope}/${fqdn}`);
    if (known) return known;
  }
  const name = host.startsWith("*") ? host.slice(1) : host;
  return wildcards.find(
    ({ scope, suffix }) => (scope === ALL || scope === namespace) && name.endsWith(suffix),
  )?.known;
}
