import { hostMatches, isWildcard, serviceFqdn } from "@/lib/istio/host";
import { isVisibleTo, type Visibility, visibilityOf } from "@/lib/istio/visibility";
import { meshConfig } from "@/lib/mesh/mesh-config";
import type { MeshView } from "@/lib/mesh/view";
import { Field } from "../field";

/** A name that clients can send to, and what declares it. */
export interface RegistryHost {
  /** Fully qualified, or a wildcard of a ServiceEntry. */
  readonly host: string;
  readonly kind: "Service" | "ServiceEntry";
  readonly namespace: string;
  readonly name: string;
  readonly visibility: Visibility;
  /** Port numbers; empty when it declares none. */
  readonly ports: readonly number[];
}

/** Every host that clients can send to. */
export class DeclaredHosts {
  private readonly exact = new Map<string, RegistryHost[]>();
  private readonly wildcards: RegistryHost[] = [];

  constructor(hosts: Iterable<RegistryHost>) {
    for (const entry of hosts) {
      if (isWildcard(entry.host)) this.wildcards.push(entry);
      else this.exact.set(entry.host, [...(this.exact.get(entry.host) ?? []), entry]);
    }
  }

  /** What declares `host` to clients of `namespace`: an exact name before a wildcard. */
  find(host: string, namespace: string): RegistryHost | undefined {
    return (
      this.exact.get(host)?.find(({ visibility }) => isVisibleTo(visibility, namespace)) ??
      this.wildcards.find(
        (entry) =>
          isVisibleTo(entry.visibility, namespace) &&
          (entry.host === host || hostMatches(entry.host, host)),
      )
    );
  }

  /** The names, without wildcards. */
  names(): Iterable<string> {
    return this.exact.keys();
  }
}

/** Reads Service, ServiceEntry and ConfigMap. Unlike the registry of lib/mesh it is total over drafts. */
export function declaredHosts(mesh: MeshView): DeclaredHosts {
  return new DeclaredHosts([...serviceHosts(mesh), ...serviceEntryHosts(mesh)]);
}

const EXPORT_TO = "networking.istio.io/exportTo";

function* serviceHosts(mesh: MeshView): Iterable<RegistryHost> {
  const { defaultServiceExportTo } = mesh.derive(meshConfig);
  for (const object of mesh.list("Service")) {
    const { name, namespace = "" } = object.metadata;
    const fields = new Field(object);
    const exportTo = fields.at("metadata", "annotations", EXPORT_TO).text?.split(",");
    yield {
      host: serviceFqdn(name, namespace),
      kind: "Service",
      namespace,
      name,
      visibility: visibilityOf(
        exportTo?.map((entry) => entry.trim()),
        namespace,
        defaultServiceExportTo,
      ),
      ports: fields
        .at("spec", "ports")
        .items()
        .flatMap((port) => port.at("port").number ?? []),
    };
  }
}

function* serviceEntryHosts(mesh: MeshView): Iterable<RegistryHost> {
  const { defaultServiceExportTo } = mesh.derive(meshConfig);
  for (const object of mesh.list("ServiceEntry")) {
    const { name, namespace = "" } = object.metadata;
    const spec = new Field(object).at("spec");
    for (const host of spec.at("hosts").texts()) {
      yield {
        host,
        kind: "ServiceEntry",
        namespace,
        name,
        visibility: visibilityOf(spec.at("exportTo").texts(), namespace, defaultServiceExportTo),
        ports: spec
          .at("ports")
          .items()
          .flatMap((port) => port.at("number").number ?? []),
      };
    }
  }
}
