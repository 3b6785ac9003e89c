import {
  coveringKeys,
  hostKey,
  hostsOverlap,
  isSubsetOfHost,
  isWildcard,
  serviceFqdn,
} from "@/lib/istio/host";
import { isVisibleTo, type Visibility, visibilityOf } from "@/lib/istio/visibility";
import type { KubeObject } from "@/lib/k8s/object";
import { meshConfig } from "@/lib/mesh/mesh-config";
import type { MeshIndex } from "@/lib/mesh/mesh-index";
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
export interface DeclaredHosts {
  /** What declares `host` to clients of `namespace`: an exact name before a wildcard. */
  find(host: string, namespace: string): RegistryHost | undefined;
  /** Whether a host, or some host of a wildcard, is declared: in one namespace, or in any. */
  declares(host: string, namespace: string | undefined): boolean;
  /** The names, without wildcards. */
  names(): readonly string[];
}

/** Reads Service, ServiceEntry and ConfigMap. Unlike the registry of lib/mesh it is total over drafts. */
export function declaredHosts(mesh: MeshView): DeclaredHosts {
  return {
    find(host, namespace) {
      const { defaultServiceExportTo } = mesh.derive(meshConfig);
      for (const key of coveringKeys(host)) {
        for (const { exportTo, ...found } of mesh.lookup(BY_HOST, key)) {
          if (!isSubsetOfHost(host, found.host)) continue;
          const visibility = visibilityOf(exportTo, found.namespace, defaultServiceExportTo);
          if (isVisibleTo(visibility, namespace)) return { ...found, visibility };
        }
      }
      return undefined;
    },
    declares(host, namespace) {
      const keys = isWildcard(host)
        ? [...mesh.keys(BY_HOST)].filter((key) => hostsOverlap(host, key) || isWildcard(key))
        : [...coveringKeys(host)];
      return keys.some((key) =>
        mesh
          .lookup(BY_HOST, key)
          .some(
            (found) =>
              hostsOverlap(host, found.host) &&
              (namespace === undefined || found.namespace === namespace),
          ),
      );
    },
    names: () => [...mesh.keys(BY_HOST)].filter((key) => !isWildcard(key)),
  };
}

interface HostDeclaration extends Omit<RegistryHost, "visibility"> {
  readonly exportTo: readonly string[] | undefined;
}

const BY_HOST: MeshIndex<HostDeclaration> = {
  kinds: ["Service", "ServiceEntry"],
  *entries(object, kind) {
    for (const host of kind === "Service" ? serviceHosts(object) : serviceEntryHosts(object)) {
      yield [hostKey(host.host), host];
    }
  },
};

const EXPORT_TO = "networking.istio.io/exportTo";

function serviceHosts(object: KubeObject): readonly HostDeclaration[] {
  const { name, namespace = "" } = object.metadata;
  const fields = new Field(object);
  const exportTo = fields.at("metadata", "annotations", EXPORT_TO).text?.split(",");
  const ports = fields
    .at("spec", "ports")
    .items()
    .flatMap((port) => port.at("port").number ?? []);
  return [
    {
      host: serviceFqdn(name, namespace),
      kind: "Service",
      namespace,
      name,
      exportTo: exportTo?.map((entry) => entry.trim()),
      ports,
    },
  ];
}

function serviceEntryHosts(object: KubeObject): readonly HostDeclaration[] {
  const { name, namespace = "" } = object.metadata;
  const spec = new Field(object).at("spec");
  const ports = spec
    .at("ports")
    .items()
    .flatMap((port) => port.at("number").number ?? []);
  const exportTo = spec.at("exportTo").texts();
  return spec
    .at("hosts")
    .texts()
    .map((host) => ({ host, kind: "ServiceEntry", namespace, name, exportTo, ports }));
}
