import { parseYaml } from "@/lib/yaml/parse";
import { Field } from "../field";
import { knownRegistries, registryUses } from "../facts/mesh-networks";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "mesh-networks-registry-unknown",
  code: "IST0126",
  aliases: [],
  level: "Error",
  kinds: ["ConfigMap"],
  reads: ["Secret"],
  title: "The mesh's networks name a cluster that is not known",
  why: "Endpoints of a cluster that istiod does not know belong to no network, so no gateway leads to them.",
  fix: "Name a cluster of a remote secret, or Kubernetes for the local one.",
  examples: {
    bad: `
apiVersion: v1
kind: Secret
metadata: { name: remote, namespace: istio-system, labels: { istio/multiCluster: "true" } }
data: { cluster-a: e30= }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: istio, namespace: istio-system }
data: { meshNetworks: "networks: { a: { endpoints: [{ fromRegistry: cluster-b }] } }" }`,
    good: `
apiVersion: v1
kind: Secret
metadata: { name: remote, namespace: istio-system, labels: { istio/multiCluster: "true" } }
data: { cluster-b: e30= }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: istio, namespace: istio-system }
data: { meshNetworks: "networks: { a: { endpoints: [{ fromRegistry: cluster-b }] } }" }`,
  },

  *check({ name, fields }, mesh) {
    const text = fields.at("data", "meshNetworks");
    if (name !== "istio" || text.text === undefined) return;
    // A mesh whose Secrets we do not read has none to look at.
    if (mesh.list("Secret").length === 0) return;
    const known = knownRegistries(mesh);
    for (const { network, registry } of registryUses(
      new Field(parseYaml(text.text).documents[0]?.value),
    )) {
      if (known.has(registry)) continue;
      yield {
        path: text.path,
        message: `Network ${network} names the registry ${registry}, which is no cluster of this mesh.`,
      };
    }
  },
});
