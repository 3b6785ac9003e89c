import { credentialUses } from "../facts/gateway-credentials";
import { quoted } from "../istioctl/words";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "gateway-credential-missing",
  code: "IST0101",
  aliases: [],
  level: "Error",
  kinds: ["Gateway"],
  reads: ["Pod", "Secret"],
  title: "A Gateway's certificate is in no Secret",
  why: "The proxy waits for the certificate and refuses TLS connections to these hosts until it comes.",
  fix: "Create the Secret in the namespace of the gateway's pods, or correct credentialName.",
  examples: {
    bad: `
apiVersion: v1
kind: Pod
metadata: { name: edge-1, namespace: edge, labels: { istio: edge } }
---
apiVersion: v1
kind: Secret
metadata: { name: shop-cert, namespace: shop }
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: edge, namespace: shop }
spec: { selector: { istio: edge }, servers: [{ hosts: ["*"], tls: { mode: SIMPLE, credentialName: shop-cert } }] }`,
    good: `
apiVersion: v1
kind: Pod
metadata: { name: edge-1, namespace: edge, labels: { istio: edge } }
---
apiVersion: v1
kind: Secret
metadata: { name: shop-cert, namespace: edge }
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: edge, namespace: shop }
spec: { selector: { istio: edge }, servers: [{ hosts: ["*"], tls: { mode: SIMPLE, credentialName: shop-cert } }] }`,
  },
  istioctl: {
    analyzers: ["gateway.SecretAnalyzer"],
    *check(subject, mesh) {
      for (const use of credentialUses(subject, mesh)) {
        if (mesh.get("Secret", use.namespace, use.name)) continue;
        yield {
          message: `Referenced credentialName not found: ${quoted(use.written)}`,
          at: use.field.path,
        };
      }
    },
  },

  *check(subject, mesh) {
    // A mesh whose Secrets we do not read has none to look at.
    if (mesh.list("Secret").length === 0) return;
    for (const { field, namespace, name } of credentialUses(subject, mesh)) {
      if (mesh.get("Secret", namespace, name)) continue;
      yield {
        path: field.path,
        message: `Namespace ${namespace}, where the gateway's pods are, has no Secret ${name}.`,
      };
    }
  },
});
