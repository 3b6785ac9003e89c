import { breadthOf, MESH, modeName, peerModeOf, relatedModes, tlsMode } from "../facts/mutual-tls";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "namespace-rule-disables-strict-tls",
  code: "KIA0207",
  aliases: [],
  level: "Error",
  kinds: ["DestinationRule"],
  reads: ["PeerAuthentication"],
  title: "A DestinationRule sends plain text to a namespace that takes mutual TLS only",
  why: "Servers with the mode STRICT refuse every connection without a certificate: clients get 503 with the flag UC or UF.",
  fix: "Remove the mode DISABLE, or set the PeerAuthentication to PERMISSIVE.",
  examples: {
    bad: `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: default, namespace: shop }
spec: { host: "*.shop.svc.cluster.local", trafficPolicy: { tls: { mode: DISABLE } } }
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: shop }
spec: { mtls: { mode: STRICT } }`,
    good: `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: default, namespace: shop }
spec: { host: "*.shop.svc.cluster.local", trafficPolicy: { tls: { mode: DISABLE } } }
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: shop }
spec: { mtls: { mode: PERMISSIVE } }`,
  },

  *check({ fields }, mesh) {
    const spec = fields.at("spec");
    const namespace = breadthOf(spec.at("host").text);
    if (namespace === undefined || namespace === MESH || tlsMode(spec).text !== "DISABLE") return;
    const strict = peerModeOf(mesh, namespace);
    if (strict?.mode !== "STRICT") return;
    yield {
      path: tlsMode(spec).path,
      message: `${modeName(strict)} takes mutual TLS only; requests to ${namespace} fail.`,
      related: relatedModes([strict]),
    };
  },
});
