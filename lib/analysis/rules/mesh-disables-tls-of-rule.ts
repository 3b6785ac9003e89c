import { meshConfig } from "@/lib/mesh/mesh-config";
import { isMutual, MESH, modeName, relatedModes, wideRules } from "../facts/mutual-tls";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "mesh-disables-tls-of-rule",
  code: "KIA0506",
  aliases: [],
  level: "Error",
  kinds: ["PeerAuthentication"],
  reads: ["ConfigMap", "DestinationRule"],
  title: "The mesh takes no mutual TLS, and a DestinationRule makes its clients use it",
  why: "Servers with the mode DISABLE take plain text only: the handshake of every client that a DestinationRule sends with a certificate fails.",
  fix: "Set the mode PERMISSIVE, or change the TLS mode of the DestinationRule to DISABLE.",
  examples: {
    bad: `
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: istio-system }
spec: { mtls: { mode: DISABLE } }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: default, namespace: istio-system }
spec: { host: "*.local", trafficPolicy: { tls: { mode: ISTIO_MUTUAL } } }`,
    good: `
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: istio-system }
spec: { mtls: { mode: DISABLE } }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: default, namespace: istio-system }
spec: { host: "*.local", trafficPolicy: { tls: { mode: DISABLE } } }`,
  },

  *check({ fields, namespace }, mesh) {
    const mode = fields.at("spec", "mtls", "mode");
    const selector = fields.at("spec", "selector", "matchLabels").entries();
    if (mode.text !== "DISABLE" || selector.length > 0) return;
    if (namespace !== mesh.derive(meshConfig).rootNamespace) return;
    const mutual = wideRules(mesh, MESH).find((one) => isMutual(one.mode));
    if (!mutual) return;
    yield {
      path: mode.path,
      message: `${modeName(mutual)} makes clients use mutual TLS, which the mesh does not take; their requests fail.`,
      related: relatedModes([mutual]),
    };
  },
});
