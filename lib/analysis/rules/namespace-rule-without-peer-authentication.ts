import { meshConfig } from "@/lib/mesh/mesh-config";
import {
  breadthOf,
  MESH,
  meshPeerMode,
  modeName,
  relatedModes,
  tlsMode,
  peerModeOf,
} from "../facts/mutual-tls";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "namespace-rule-without-peer-authentication",
  code: "KIA0206",
  aliases: [],
  level: "Error",
  kinds: ["DestinationRule"],
  reads: ["ConfigMap", "PeerAuthentication"],
  title:
    "Clients of a namespace use mutual TLS by a DestinationRule, and no PeerAuthentication expects it",
  why: "Servers that no PeerAuthentication speaks for take both plain text and mutual TLS, so requests arrive, but nothing demands what the clients do; with the mode DISABLE each of them fails.",
  fix: "Add a PeerAuthentication with the mode STRICT or PERMISSIVE for the same workloads, or turn enableAutoMtls on and remove the DestinationRule.",
  examples: {
    bad: `
apiVersion: v1
kind: ConfigMap
metadata: { name: istio, namespace: istio-system }
data: { mesh: "enableAutoMtls: false" }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: default, namespace: shop }
spec: { host: "*.shop.svc.cluster.local", trafficPolicy: { tls: { mode: ISTIO_MUTUAL } } }`,
    good: `
apiVersion: v1
kind: ConfigMap
metadata: { name: istio, namespace: istio-system }
data: { mesh: "enableAutoMtls: false" }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: default, namespace: shop }
spec: { host: "*.shop.svc.cluster.local", trafficPolicy: { tls: { mode: ISTIO_MUTUAL } } }
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: shop }
spec: { mtls: { mode: PERMISSIVE } }`,
  },

  *check({ fields }, mesh) {
    const spec = fields.at("spec");
    const breadth = breadthOf(spec.at("host").text);
    if (breadth === undefined || breadth === MESH || tlsMode(spec).text !== "ISTIO_MUTUAL") return;
    if (mesh.derive(meshConfig).enableAutoMtls) return;
    const found = peerModeOf(mesh, breadth) ?? meshPeerMode(mesh);
    if (found && found.mode !== "DISABLE") return;
    yield {
      path: tlsMode(spec).path,
      message: found
        ? `${modeName(found)} switches mutual TLS off; requests of this DestinationRule's clients fail.`
        : "No PeerAuthentication asks for mutual TLS here; what clients encrypt, others may send in plain text.",
      // Kiali calls both an error; without a PeerAuthentication requests do arrive.
      ...(!found && { level: "Warning" }),
      related: relatedModes([found]),
    };
  },
});
