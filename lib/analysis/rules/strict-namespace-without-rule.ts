import { meshConfig } from "@/lib/mesh/mesh-config";
import { isMutual, MESH, wideRules } from "../facts/mutual-tls";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "strict-namespace-without-rule",
  code: "KIA0501",
  aliases: [],
  level: "Error",
  kinds: ["PeerAuthentication"],
  reads: ["ConfigMap", "DestinationRule"],
  title: "A namespace takes mutual TLS only, and its clients do not use it",
  why: "With enableAutoMtls off a client uses mutual TLS only where a DestinationRule says so. Without one it sends plain text, which servers with the mode STRICT refuse.",
  fix: "Turn enableAutoMtls on, or add a DestinationRule with the TLS mode ISTIO_MUTUAL for *.<namespace>.svc.cluster.local.",
  examples: {
    bad: `
apiVersion: v1
kind: ConfigMap
metadata: { name: istio, namespace: istio-system }
data: { mesh: "enableAutoMtls: false" }
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: shop }
spec: { mtls: { mode: STRICT } }`,
    good: `
apiVersion: v1
kind: ConfigMap
metadata: { name: istio, namespace: istio-system }
data: { mesh: "enableAutoMtls: false" }
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: shop }
spec: { mtls: { mode: STRICT } }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: default, namespace: shop }
spec: { host: "*.shop.svc.cluster.local", trafficPolicy: { tls: { mode: ISTIO_MUTUAL } } }`,
  },

  *check({ fields, namespace }, mesh) {
    const mode = fields.at("spec", "mtls", "mode");
    const selector = fields.at("spec", "selector", "matchLabels").entries();
    if (mode.text !== "STRICT" || selector.length > 0) return;
    const { enableAutoMtls, rootNamespace } = mesh.derive(meshConfig);
    if (enableAutoMtls || (namespace === rootNamespace) !== false) return;
    const rules = [...wideRules(mesh, namespace), ...wideRules(mesh, MESH)];
    if (rules.some((one) => isMutual(one.mode))) return;
    yield {
      path: mode.path,
      message:
        "No DestinationRule makes the clients of this namespace use mutual TLS, and enableAutoMtls is off; their requests are refused.",
    };
  },
});
