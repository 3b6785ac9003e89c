import type { KubeObject } from "@/lib/k8s/object";
import type { MeshIndex } from "@/lib/mesh/mesh-index";
import { Field } from "../field";
import { oldest } from "../facts/oldest";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "peer-authentication-duplicate",
  code: "KIA0002",
  aliases: [],
  level: "Error",
  kinds: ["PeerAuthentication"],
  reads: ["PeerAuthentication"],
  title: "A namespace has more than one PeerAuthentication for all its workloads",
  why: "Of those without a selector in one namespace only the oldest counts; the others do nothing.",
  fix: "Keep one, or give the others a selector.",
  examples: {
    bad: `
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: shop }
spec: { mtls: { mode: STRICT } }
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: relaxed, namespace: shop }
spec: { mtls: { mode: PERMISSIVE } }`,
    good: `
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: shop }
spec: { mtls: { mode: STRICT } }
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: relaxed, namespace: shop }
spec: { selector: { matchLabels: { app: old } }, mtls: { mode: PERMISSIVE } }
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: other }
spec: { mtls: { mode: STRICT } }`,
  },

  *check(subject, mesh) {
    const ofNamespace = mesh.lookup(WITHOUT_SELECTOR, subject.namespace);
    if (ofNamespace.length < 2 || !ofNamespace.includes(subject.object)) return;
    const winner = oldest(ofNamespace);
    const others = ofNamespace.filter((object) => object !== subject.object);
    const names = others.map(({ metadata }) => metadata.name).join(", ");
    yield {
      path: ["spec"],
      message:
        `${names} and this one apply to all workloads of ${subject.namespace}; ` +
        (winner === subject.object
          ? "this one is the oldest, so the others have no effect."
          : `${winner?.metadata.name ?? names} is the oldest, so this one has no effect.`),
      related: others.map(({ metadata }) => ({
        kind: "PeerAuthentication",
        namespace: subject.namespace,
        name: metadata.name,
        message: "Applies to the same workloads.",
      })),
    };
  },
});

/** By namespace. */
const WITHOUT_SELECTOR: MeshIndex<KubeObject> = {
  kinds: ["PeerAuthentication"],
  *entries(object) {
    const labels = new Field(object).at("spec", "selector", "matchLabels").labels();
    if (Object.keys(labels).length === 0) yield [object.metadata.namespace ?? "", object];
  },
};
