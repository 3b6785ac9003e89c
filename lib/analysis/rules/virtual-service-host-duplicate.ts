import { MESH_GATEWAY, resolveGateways } from "@/lib/istio/gateway-ref";
import { resolveHost } from "@/lib/istio/host";
import { type Visibility, visibilityOf } from "@/lib/istio/visibility";
import type { KubeObject } from "@/lib/k8s/object";
import { meshConfig } from "@/lib/mesh/mesh-config";
import type { MeshView } from "@/lib/mesh/view";
import { Field } from "../field";
import { compareAge } from "../facts/oldest";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "virtual-service-host-duplicate",
  code: "IST0109",
  aliases: ["KIA1106"],
  level: "Error",
  kinds: ["VirtualService"],
  reads: ["VirtualService", "ConfigMap"],
  title: "Two VirtualServices of the mesh have the same host",
  why:
    "Sidecars do not merge VirtualServices: for each host the oldest one counts, and every other is " +
    "ignored for this host without a word.",
  fix: "Merge them into one VirtualService, or give them different hosts.",
  examples: {
    bad: `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec: { hosts: [reviews] }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews-canary, namespace: shop }
spec: { hosts: [reviews.shop.svc.cluster.local] }`,
    good: `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec: { hosts: [reviews] }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: other }
spec: { hosts: [reviews] }`,
  },

  *check(subject, mesh) {
    const byHost = mesh.derive(claimsByHost);
    for (const field of subject.fields.at("spec", "hosts").items()) {
      if (field.text === undefined) continue;
      const host = resolveHost(field.text, subject.namespace);
      const claims = byHost.get(host) ?? [];
      const own = claims.find(({ object }) => object === subject.object);
      if (!own) continue;
      const others = claims.filter((claim) => claim !== own && overlap(claim, own));
      if (others.length === 0) continue;
      const [winner = own] = [own, ...others].sort((a, b) => compareAge(a.object, b.object));
      yield {
        path: field.path,
        message:
          `${others.map(({ key }) => key).join(", ")} and this VirtualService have the host ${host}; ` +
          (winner === own
            ? "this one is the oldest, so sidecars ignore the others for it."
            : `${winner.key} is the oldest, so sidecars ignore this one for it.`),
        related: others.map(({ object: { metadata } }) => ({
          kind: "VirtualService",
          namespace: metadata.namespace ?? "",
          name: metadata.name,
          message: `Has the host ${host} too.`,
        })),
      };
    }
  },
});

interface Claim {
  readonly object: KubeObject;
  readonly key: string;
  readonly visibility: Visibility;
}

/**
 * Who claims a host for the sidecars of the mesh. A wildcard and a narrower host do not meet: the
 * most specific one wins in every proxy, though istioctl reports them where one is exported to all.
 */
function claimsByHost(mesh: MeshView): ReadonlyMap<string, readonly Claim[]> {
  const byHost = new Map<string, Claim[]>();
  const { defaultVirtualServiceExportTo } = mesh.derive(meshConfig);
  for (const object of mesh.list("VirtualService")) {
    const { namespace = "", name } = object.metadata;
    const spec = new Field(object).at("spec");
    const gateways = resolveGateways(spec.at("gateways").texts(), namespace);
    if (!gateways.includes(MESH_GATEWAY)) continue;
    const claim: Claim = {
      object,
      key: `${namespace}/${name}`,
      visibility: visibilityOf(
        spec.at("exportTo").texts(),
        namespace,
        defaultVirtualServiceExportTo,
      ),
    };
    const hosts = spec.at("hosts").texts();
    for (const host of new Set(hosts.map((written) => resolveHost(written, namespace)))) {
      byHost.set(host, [...(byHost.get(host) ?? []), claim]);
    }
  }
  return byHost;
}

function overlap({ visibility: a }: Claim, { visibility: b }: Claim): boolean {
  if (a === "*" || b === "*") return true;
  return [...a].some((namespace) => b.has(namespace));
}
