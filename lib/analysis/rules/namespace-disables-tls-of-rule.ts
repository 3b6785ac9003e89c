import { meshConfig } from "@/lib/mesh/mesh-config";
import { isMutual, MESH, modeName, relatedModes, wideRules } from "../facts/mutual-tls";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "namespace-disables-tls-of-rule",
  code: "KIA0505",
  aliases: [],
  level: "Error",
  kinds: ["PeerAuthentication"],
  reads: ["ConfigMap", "DestinationRule"],
  title: "A namespace takes no mutual TLS, and a DestinationRule makes its clients use it",
  why: "Servers with the mode DISABLE take plain text only: the handshake of every client that a DestinationRule sends with a certificate fails.",
  fix: "Set the mode PERMISSIVE, or add a DestinationRule with the TLS mode DISABLE for this namespace.",
  examples: {
    bad: `
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: shop }
spec: { mtls: { mode: DISABLE } }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: default, namespace: shop }
spec: { host: "*.shop.svc.cluster.local", trafficPolicy: { tls: { mode: ISTIO_MUTUAL } } }`,
    good: `
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: shop }
spec: { mtls: { mode: DISABLE } }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: default, namespace: istio-system }
spec: { host: "*.local", trafficPolicy: { tls: { mode: ISTIO_MUTUAL } } }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: default, namespace: shop }
spec: { host: "*.shop.svc.cluster.local", trafficPolicy: { tls: { mode: DISABLE } } }`,
  },

  *check({ fields, namespace }, mesh) {
    const mode = fields.at("spec", "mtls", "mode");
    const selector = fields.at("spec", "selector", "matchLabels").entries();
    if (mode.text !== "DISABLE" || selector.length > 0) return;
    if (namespace === mesh.derive(meshConfig).rootNamespace) return;
    const own = wideRules(mesh, namespace);
    const rules = own.length > 0 ? own : wideRules(mesh, MESH);
    const mutual = rules.find((one) => isMutual(one.mode));
    if (!mutual) return;
    yield {
      path: mode.path,
      message: `${modeName(mutual)} makes clients use mutual TLS, which this namespace does not take; their requests fail.`,
      related: relatedModes([mutual]),
    };
  },
});
