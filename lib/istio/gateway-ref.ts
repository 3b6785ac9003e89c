/** The name by which sidecars go in a list of gateways. */
export const MESH_GATEWAY = "mesh";

/**
 * The Gateway that an entry of `gateways` names in a VirtualService of `namespace`, as
 * `namespace/name`; `mesh` stays `mesh`.
 *
 * Besides `name`, `namespace/name` and `./name`, istiod still reads the old form
 * `name.namespace.svc.cluster.local`.
 */
export function resolveGateway(entry: string, namespace: string): string {
  if (entry === MESH_GATEWAY) return entry;
  const slash = entry.indexOf("/");
  if (slash >= 0) {
    const [owner, name] = [entry.slice(0, slash), entry.slice(slash + 1)];
    return `${owner === "." ? namespace : owner}/${name}`;
  }
  const [name, owner] = entry.split(".");
  return owner ? `${owner}/${name}` : `${namespace}/${entry}`;
}

/** The gateways that a VirtualService of `namespace` is bound to; the mesh where it names none. */
export const resolveGateways = (
  gateways: readonly string[] | undefined,
  namespace: string,
): readonly string[] =>
  gateways?.length ? gateways.map((entry) => resolveGateway(entry, namespace)) : [MESH_GATEWAY];

/** A host of a gateway's server: the host, and the namespaces whose VirtualServices may use it. */
export interface ServerHost {
  /** `*` for any namespace. */
  readonly namespace: string;
  readonly host: string;
}

/** Reads `host`, `namespace/host`, `./host` or `all/host` (with a star for "all") of a Gateway of `namespace`. */
export function serverHost(entry: string, namespace: string): ServerHost {
  const slash = entry.indexOf("/");
  if (slash < 0) return { namespace: "*", host: entry };
  const owner = entry.slice(0, slash);
  return { namespace: owner === "." ? namespace : owner, host: entry.slice(slash + 1) };
}
