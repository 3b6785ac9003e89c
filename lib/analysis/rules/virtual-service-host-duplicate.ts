import { MESH_GATEWAY, resolveGateways } from "@/lib/istio/gateway-ref";
import { resolveHost } from "@/lib/istio/host";
import { visibilityOf } from "@/lib/istio/visibility";
import type { KubeObject } from "@/lib/k8s/object";
import { meshConfig } from "@/lib/mesh/mesh-config";
import type { MeshIndex } from "@/lib/mesh/mesh-index";
import { Field } from "../field";
import { compareAge } from "../facts/oldest";
import { meshHostConflicts } from "../istioctl/mesh-hosts";
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

  istioctl: {
    analyzers: ["virtualservice.ConflictingMeshGatewayHostsAnalyzer"],
    *check({ object }, mesh) {
      const conflict = mesh.derive(meshHostConflicts).get(object);
      if (!conflict) return;
      yield {
        message: `The VirtualServices ${conflict.names.join(",")} associated with mesh gateway define the same host ${conflict.key} which can lead to undefined behavior. This can be fixed by merging the conflicting VirtualServices into a single resource.`,
        at: ["metadata", "name"],
      };
    },
  },

  *check(subject, mesh) {
    const { defaultVirtualServiceExportTo: defaults } = mesh.derive(meshConfig);
    for (const field of subject.fields.at("spec", "hosts").items()) {
      if (field.text === undefined) continue;
      const host = resolveHost(field.text, subject.namespace);
      const claims = mesh.lookup(CLAIMS, host);
      const own = claims.find(({ object }) => object === subject.object);
      if (!own) continue;
      const others = claims.filter((claim) => claim !== own && overlap(claim, own, defaults));
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
  readonly exportTo: readonly string[];
}

/**
 * Who claims a host for the sidecars of the mesh. A wildcard and a narrower host do not meet: the
 * most specific one wins in every proxy, though istioctl reports them where one is exported to all.
 */
const CLAIMS: MeshIndex<Claim> = {
  kinds: ["VirtualService"],
  *entries(object) {
    const { namespace = "", name } = object.metadata;
    const spec = new Field(object).at("spec");
    const gateways = resolveGateways(spec.at("gateways").texts(), namespace);
    if (!gateways.includes(MESH_GATEWAY)) return;
    const exportTo = spec.at("exportTo").texts();
    const claim: Claim = { object, key: `${namespace}/${name}`, exportTo };
    const hosts = spec.at("hosts").texts();
    for (const host of new Set(hosts.map((written) => resolveHost(written, namespace)))) {
      yield [host, claim];
    }
  },
};

function overlap(a: Claim, b: Claim, defaults: readonly string[]): boolean {
  const [left, right] = [a, b].map(({ object, exportTo }) =>
    visibilityOf(exportTo, object.metadata.namespace ?? "", defaults),
  );
  if (!left || !right || left === "*" || right === "*") return true;
  return [...left].some((namespace) => right.has(namespace));
}
