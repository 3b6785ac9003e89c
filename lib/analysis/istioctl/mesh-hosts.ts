import { MESH_GATEWAY } from "@/lib/istio/gateway-ref";
import { hostsOverlap } from "@/lib/istio/host";
import type { KubeObject } from "@/lib/k8s/object";
import type { MeshView } from "@/lib/mesh/view";
import { Field } from "../field";
import { toFqdn } from "./service-lookup";
import { byText, fullName } from "./words";

/** VirtualServices that istioctl takes for rivals about one host of the mesh. */
interface MeshHostConflict {
  /** `scope/host`. */
  readonly key: string;
  /** Their full names, by name; one that has the host twice is there twice. */
  readonly names: readonly string[];
}

interface Claims {
  readonly scope: string;
  readonly host: string;
  readonly claimants: readonly KubeObject[];
}

const ALL = "*";

/**
 * The first conflict of each VirtualService. What is exported to all meets what is exported to a
 * namespace, wildcards included; two that are exported to all meet only at the same host.
 * Reads VirtualService. Source: virtualservice/conflictingmeshgatewayhosts.go.
 */
export function meshHostConflicts(mesh: MeshView): ReadonlyMap<KubeObject, MeshHostConflict> {
  const all = claims(mesh);
  const open = [...all.values()].filter(({ scope }) => scope === ALL);
  const found = new Map<KubeObject, MeshHostConflict>();
  for (const [key, { scope, host, claimants }] of all) {
    const others = scope === ALL ? [] : open.filter((other) => hostsOverlap(host, other.host));
    const rivals = [...claimants, ...others.flatMap((other) => other.claimants)];
    if (rivals.length < 2) continue;
    const names = rivals.map(({ metadata }) => fullName(metadata)).sort(byText);
    for (const rival of rivals) if (!found.has(rival)) found.set(rival, { key, names });
  }
  return found;
}

function claims(mesh: MeshView): ReadonlyMap<string, Claims> {
  const byKey = new Map<string, Claims & { readonly claimants: KubeObject[] }>();
  for (const object of mesh.list("VirtualService")) {
    const namespace = object.metadata.namespace ?? "";
    const spec = new Field(object).at("spec");
    const gateways = spec.at("gateways").items();
    if (gateways.length > 0 && !gateways.some(({ value }) => value === MESH_GATEWAY)) continue;
    for (const scope of scopesOf(spec.at("exportTo").items(), namespace)) {
      for (const { value } of spec.at("hosts").items()) {
        const host = toFqdn(typeof value === "string" ? value : "", namespace);
        const key = `${scope}/${host}`;
        const known = byKey.get(key);
        if (known) known.claimants.push(object);
        else byKey.set(key, { scope, host, claimants: [object] });
      }
    }
  }
  return byKey;
}

/** The namespaces that see an object: `*`, or each that exportTo names. */
export function scopesOf(exportTo: readonly Field[], namespace: string): ReadonlySet<string> {
  const entries = exportTo.map(({ value }) => (typeof value === "string" ? value : ""));
  if (entries.length === 0 || entries.includes(ALL)) return new Set([ALL]);
  return new Set(entries.map((entry) => (entry === "." ? namespace : entry)));
}
