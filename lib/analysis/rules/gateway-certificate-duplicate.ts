import { groupBy } from "@/lib/base/group-by";
import { hasLabels } from "@/lib/k8s/label-selector";
import type { KubeObject } from "@/lib/k8s/object";
import type { MeshView } from "@/lib/mesh/view";
import { Field } from "../field";
import { fullName, listed } from "../istioctl/words";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "gateway-certificate-duplicate",
  code: "IST0138",
  aliases: [],
  level: "Warning",
  kinds: ["Gateway"],
  reads: ["Gateway"],
  title: "Two Gateways of the same proxies use one certificate",
  why:
    "Browsers reuse an HTTP/2 connection for every host of its certificate. A request for a host of " +
    "the other Gateway then comes over this Gateway's connection and gets 404.",
  fix: "Serve the hosts of one certificate in one Gateway, or give each Gateway a certificate of its own.",
  examples: {
    bad: `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: a, namespace: shop }
spec: { selector: { istio: edge }, servers: [{ hosts: [a.example.com], tls: { mode: SIMPLE, credentialName: wild } }] }
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: b, namespace: shop }
spec: { selector: { istio: edge }, servers: [{ hosts: [b.example.com], tls: { mode: SIMPLE, credentialName: wild } }] }`,
    good: `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: a, namespace: shop }
spec: { selector: { istio: edge }, servers: [{ hosts: [a.example.com], tls: { mode: SIMPLE, credentialName: a } }] }
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: b, namespace: shop }
spec: { selector: { istio: edge }, servers: [{ hosts: [b.example.com], tls: { mode: SIMPLE, credentialName: b } }] }`,
  },
  istioctl: { analyzers: ["gateway.CertificateAnalyzer"] },

  *check({ object, fields, namespace, name }, mesh) {
    const users = mesh.derive(certificateUsers);
    const selector = fields.at("spec", "selector").labels();
    for (const server of fields.at("spec", "servers").items()) {
      const tls = server.at("tls");
      const key = certificateKey(tls);
      if (key === undefined) continue;
      for (const other of users.get(key) ?? []) {
        if (other.object === object || !hasLabels(other.selector, selector)) continue;
        const { metadata } = other.object;
        yield {
          path: tls.at("credentialName").exists ? tls.at("credentialName").path : tls.path,
          message: `Gateway ${fullName(metadata)} uses the same certificate; reused connections may get 404.`,
          related: [
            {
              kind: "Gateway",
              namespace: metadata.namespace ?? "",
              name: metadata.name,
              message: "Uses the same certificate.",
            },
          ],
          istioctl: {
            message: `Duplicate certificate in multiple gateways ${listed([fullName({ namespace, name }), fullName(metadata)])} may cause 404s if clients re-use HTTP2 connections.`,
            at: ["metadata", "name"],
          },
        };
      }
    }
  },
});

interface CertificateUser {
  readonly key: string;
  readonly object: KubeObject;
  readonly selector: Readonly<Record<string, string>>;
}

/** Which Gateways use a certificate. */
const certificateUsers = (mesh: MeshView): ReadonlyMap<string, readonly CertificateUser[]> =>
  groupBy(
    mesh.list("Gateway").flatMap((object) => {
      const spec = new Field(object).at("spec");
      const selector = spec.at("selector").labels();
      const keys = spec
        .at("servers")
        .items()
        .flatMap((server) => certificateKey(server.at("tls")) ?? []);
      return [...new Set(keys)].map((key) => ({ key, object, selector }));
    }),
    ({ key }) => key,
  );

/** What tells a certificate apart: its secret, or its file and its key's. */
function certificateKey(tls: Field): string | undefined {
  const credential = tls.at("credentialName").text;
  if (credential !== undefined) return credential;
  const certificate = tls.at("serverCertificate").text;
  const key = tls.at("privateKey").text;
  return certificate !== undefined && key !== undefined
    ? JSON.stringify([certificate, key])
    : undefined;
}
