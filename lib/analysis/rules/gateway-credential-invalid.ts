import { type CertificateState, certificateState } from "../facts/certificate";
import { credentialUses } from "../facts/gateway-credentials";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "gateway-credential-invalid",
  code: "IST0161",
  aliases: [],
  level: "Error",
  kinds: ["Gateway"],
  reads: ["Pod", "Secret"],
  title: "The Secret of a Gateway's certificate cannot be used",
  why: "Without a certificate and its key that can be read, the proxy refuses TLS connections.",
  fix: "Put a certificate and its key into tls.crt and tls.key of the Secret.",
  examples: {
    bad: `
apiVersion: v1
kind: Pod
metadata: { name: edge-1, namespace: edge, labels: { istio: edge } }
---
apiVersion: v1
kind: Secret
metadata: { name: shop-cert, namespace: edge }
data: { tls.crt: bm90IGEgY2VydGlmaWNhdGU=, tls.key: bm90IGEga2V5 }
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
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: edge, namespace: shop }
spec: { selector: { istio: edge }, servers: [{ hosts: ["*"], tls: { mode: SIMPLE, credentialName: shop-cert } }] }`,
  },
  istioctl: { analyzers: ["gateway.SecretAnalyzer"] },

  *check(subject, mesh) {
    for (const { field, namespace, name, proxyNamespace } of credentialUses(subject, mesh)) {
      const secret = mesh.get("Secret", namespace, name);
      const state = secret && certificateState(secret, mesh.now);
      if (!state || state === "valid") continue;
      yield {
        path: field.path,
        message: `Secret ${namespace}/${name} ${WHAT[state]}; TLS connections to these hosts fail.`,
        related: [{ kind: "Secret", namespace, name, message: "Is to hold the certificate." }],
        istioctl: {
          message: `The credential referenced by the Gateway ${subject.name} in namespace ${proxyNamespace} is invalid, which can cause the traffic not to work as expected.`,
          at: field.path,
        },
      };
    }
  },
});

const WHAT: Readonly<Record<Exclude<CertificateState, "valid">, string>> = {
  expired: "holds a certificate that has expired or is not valid yet",
  unreadable: "holds no certificate that can be read",
  missing: "lacks a certificate or its key",
};
