import { CLUSTER_DOMAIN } from "@/lib/istio/host";
import { hasLabels } from "@/lib/k8s/label-selector";
import type { KubeObject } from "@/lib/k8s/object";
import { meshConfig } from "@/lib/mesh/mesh-config";
import type { MeshIndex } from "@/lib/mesh/mesh-index";
import type { MeshView } from "@/lib/mesh/view";
import { Field } from "../field";
import type { Related } from "../rule";
import { oldest } from "./oldest";

/** What the rules about mutual TLS read. */
export const MUTUAL_TLS_KINDS = ["PeerAuthentication", "DestinationRule", "ConfigMap"] as const;

/** An object that sets a TLS mode for many. */
export interface WideMode {
  readonly object: KubeObject;
  readonly mode: string;
}

/** The namespace that stands for the whole mesh. */
export const MESH = "";

const MESH_HOSTS: ReadonlySet<string> = new Set([
  "*",
  "*.local",
  "*.cluster.local",
  `*.svc.${CLUSTER_DOMAIN}`,
]);

/**
 * What a DestinationRule's host takes in as a whole: MESH, or a namespace; undefined for a host of
 * its own. Kiali knows `*.local` alone for the mesh.
 */
export function breadthOf(host: string | undefined): string | undefined {
  if (host === undefined) return undefined;
  if (MESH_HOSTS.has(host)) return MESH;
  const suffix = `.svc.${CLUSTER_DOMAIN}`;
  if (!host.startsWith("*.") || !host.endsWith(suffix)) return undefined;
  const namespace = host.slice(2, -suffix.length);
  return namespace.includes(".") ? undefined : namespace;
}

/** The TLS mode of a DestinationRule's policy. */
export const tlsMode = (spec: Field): Field => spec.at("trafficPolicy", "tls", "mode");

/** Whether clients present a certificate. */
export const isMutual = (mode: string | undefined): boolean =>
  mode === "ISTIO_MUTUAL" || mode === "MUTUAL";

/** The DestinationRules with a TLS mode for a whole namespace, or the MESH. */
export const wideRules = (mesh: MeshView, breadth: string): readonly WideMode[] =>
  mesh.lookup(WIDE_RULES, breadth);

const WIDE_RULES: MeshIndex<WideMode> = {
  kinds: ["DestinationRule"],
  *entries(object) {
    const spec = new Field(object).at("spec");
    const breadth = breadthOf(spec.at("host").text);
    const mode = tlsMode(spec).text;
    if (breadth !== undefined && mode !== undefined) yield [breadth, { object, mode }];
  },
};

/** The mode that a namespace's own PeerAuthentication sets for all of it; undefined where none does. */
export function peerModeOf(mesh: MeshView, namespace: string): WideMode | undefined {
  const general = mesh
    .lookup(PEER_MODES, namespace)
    .filter(({ labels }) => Object.keys(labels).length === 0);
  const first = oldest(general.map(({ object }) => object));
  const found = general.find(({ object }) => object === first);
  return found && found.mode !== "UNSET" ? found : undefined;
}

/** The mode that PeerAuthentications set for the whole mesh. */
export const meshPeerMode = (mesh: MeshView): WideMode | undefined =>
  peerModeOf(mesh, mesh.derive(meshConfig).rootNamespace);

/** The mode of workloads with `labels`: what selects them, their namespace's, the mesh's. */
export function peerMode(
  mesh: MeshView,
  namespace: string,
  labels: Readonly<Record<string, string>>,
): WideMode | undefined {
  const selecting = mesh
    .lookup(PEER_MODES, namespace)
    .filter((one) => Object.keys(one.labels).length > 0 && hasLabels(labels, one.labels));
  const first = oldest(selecting.map(({ object }) => object));
  const own = selecting.find(({ object }) => object === first);
  if (own && own.mode !== "UNSET") return own;
  return peerModeOf(mesh, namespace) ?? meshPeerMode(mesh);
}

const PEER_MODES: MeshIndex<WideMode & { readonly labels: Readonly<Record<string, string>> }> = {
  kinds: ["PeerAuthentication"],
  *entries(object) {
    const spec = new Field(object).at("spec");
    const mode = spec.at("mtls", "mode").text ?? "UNSET";
    const labels = spec.at("selector", "matchLabels").labels();
    yield [object.metadata.namespace ?? "", { object, mode, labels }];
  },
};

/** The objects that have part in a finding about TLS. */
export const relatedModes = (modes: readonly (WideMode | undefined)[]): readonly Related[] =>
  modes.flatMap((one): Related[] => {
    if (!one) return [];
    const { kind, metadata } = one.object;
    const { name, namespace = "" } = metadata;
    if (kind !== "PeerAuthentication" && kind !== "DestinationRule") return [];
    return [{ kind, namespace, name, message: `Sets the mode ${one.mode}.` }];
  });

/** `PeerAuthentication shop/default`. */
export const modeName = ({ object: { kind, metadata } }: WideMode): string =>
  `${kind} ${metadata.namespace ?? ""}/${metadata.name}`;
