import {
  breadthOf,
  MESH,
  meshPeerMode,
  modeName,
  peerModeOf,
  relatedModes,
  tlsMode,
} from "../facts/mutual-tls";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "rule-disables-strict-mesh-tls",
  code: "KIA0208",
  aliases: [],
  level: "Error",
  kinds: ["DestinationRule"],
  reads: ["ConfigMap", "PeerAuthentication"],
  title: "A DestinationRule sends plain text in a mesh that takes mutual TLS only",
  why: "Servers with the mode STRICT refuse every connection without a certificate: clients get 503 with the flag UC or UF.",
  fix: "Remove the mode DISABLE, or set a PeerAuthentication with the mode PERMISSIVE for the workloads that must take plain text.",
  examples: {
    bad: `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: default, namespace: istio-system }
spec: { host: "*.local", trafficPolicy: { tls: { mode: DISABLE } } }
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: istio-system }
spec: { mtls: { mode: STRICT } }`,
    good: `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: default, namespace: istio-system }
spec: { host: "*.local", trafficPolicy: { tls: { mode: DISABLE } } }
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: istio-system }
spec: { mtls: { mode: PERMISSIVE } }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: default, namespace: old }
spec: { host: "*.old.svc.cluster.local", trafficPolicy: { tls: { mode: DISABLE } } }
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: old }
spec: { mtls: { mode: DISABLE } }`,
  },

  *check({ fields }, mesh) {
    const spec = fields.at("spec");
    const breadth = breadthOf(spec.at("host").text);
    if (breadth === undefined || tlsMode(spec).text !== "DISABLE") return;
    // A mode of the namespace's own counts before the mesh's; Kiali does not look at it.
    if (breadth !== MESH && peerModeOf(mesh, breadth)) return;
    const strict = meshPeerMode(mesh);
    if (strict?.mode !== "STRICT") return;
    yield {
      path: tlsMode(spec).path,
      message: `${modeName(strict)} takes mutual TLS only; requests to ${breadth === MESH ? "the mesh" : breadth} fail.`,
      related: relatedModes([strict]),
    };
  },
});
