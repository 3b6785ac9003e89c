import { visibilityOf } from "@/lib/istio/visibility";
import type { KubeObject } from "@/lib/k8s/object";
import { meshConfig } from "@/lib/mesh/mesh-config";
import type { MeshIndex } from "@/lib/mesh/mesh-index";
import { Field } from "../field";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "service-entry-duplicate",
  code: "KIA1211",
  aliases: [],
  level: "Warning",
  kinds: ["ServiceEntry"],
  reads: ["ServiceEntry", "ConfigMap"],
  title: "Two ServiceEntries declare the same host and port",
  why: "istiod merges them: requests go to the endpoints of both, and what else differs, such as resolution or addresses, comes from one of them.",
  fix: "Keep one of them, or export each to clients of its own.",
  examples: {
    bad: `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: partner, namespace: shop }
spec: { hosts: [api.example.com], ports: [{ number: 443, name: tls, protocol: TLS }] }
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: partner, namespace: edge }
spec: { hosts: [API.example.com], ports: [{ number: 443, name: tls, protocol: TLS }] }`,
    good: `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: partner, namespace: shop }
spec: { hosts: [api.example.com], ports: [{ number: 443, name: tls, protocol: TLS }], exportTo: [.] }
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: partner, namespace: edge }
spec: { hosts: [api.example.com], ports: [{ number: 443, name: tls, protocol: TLS }], exportTo: [.] }
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: plain, namespace: shop }
spec: { hosts: [api.example.com], ports: [{ number: 80, name: http, protocol: HTTP }] }`,
  },

  *check(subject, mesh) {
    const defaults = mesh.derive(meshConfig).defaultServiceExportTo;
    for (const own of declarations(subject.object)) {
      const others = mesh.lookup(DECLARATIONS, own.key).filter(
        (other) =>
          other.object !== subject.object &&
          // Protocols that differ are another rule's.
          other.protocol === own.protocol &&
          shareClients(own, other, defaults),
      );
      if (others.length === 0) continue;
      const names = [
        ...new Set(
          others.map(({ object: { metadata } }) => `${metadata.namespace ?? ""}/${metadata.name}`),
        ),
      ];
      yield {
        path: own.host.path,
        message: `${names.join(", ")} and this ServiceEntry declare ${own.host.text} with port ${own.port}; their endpoints are mixed.`,
        related: others.map(({ object: { metadata } }) => ({
          kind: "ServiceEntry",
          namespace: metadata.namespace ?? "",
          name: metadata.name,
          message: `Declares the same host with port ${own.port}.`,
        })),
      };
    }
  },
});

interface Declaration {
  readonly key: string;
  readonly host: Field;
  readonly port: number;
  readonly protocol: string;
  readonly exportTo: readonly string[];
  readonly object: KubeObject;
}

const DECLARATIONS: MeshIndex<Declaration> = {
  kinds: ["ServiceEntry"],
  *entries(object) {
    for (const declaration of declarations(object)) yield [declaration.key, declaration];
  },
};

function* declarations(object: KubeObject): Iterable<Declaration> {
  const spec = new Field(object).at("spec");
  const exportTo = spec.at("exportTo").texts();
  const seen = new Set<string>();
  for (const host of spec.at("hosts").items()) {
    for (const field of spec.at("ports").items()) {
      const port = field.at("number").number;
      if (port === undefined || host.text === undefined) continue;
      const key = `${host.text.toLowerCase()}:${port}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const protocol = (field.at("protocol").text ?? "TCP").toUpperCase();
      yield { key, host, port, protocol, exportTo, object };
    }
  }
}

function shareClients(a: Declaration, b: Declaration, defaults: readonly string[]): boolean {
  const [left, right] = [a, b].map(({ exportTo, object }) =>
    visibilityOf(exportTo, object.metadata.namespace ?? "", defaults),
  );
  if (!left || !right || left === "*" || right === "*") return true;
  return [...left].some((namespace) => right.has(namespace));
}
