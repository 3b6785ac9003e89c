import { hasLabels } from "@/lib/k8s/label-selector";
import type { KubeObject } from "@/lib/k8s/object";
import type { MeshIndex } from "@/lib/mesh/mesh-index";
import { Field } from "../field";
import { oldest } from "../facts/oldest";
import { workloads, WORKLOAD_KINDS } from "../facts/workloads";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "peer-authentication-overlap",
  code: "KIA0003",
  aliases: [],
  level: "Error",
  kinds: ["PeerAuthentication"],
  reads: ["PeerAuthentication", ...WORKLOAD_KINDS],
  title: "Two PeerAuthentications select the same workload",
  why: "Of several that select a workload only the oldest counts; what the others ask for is not done.",
  fix: "Merge them, or make their selectors exclude each other.",
  examples: {
    bad: `
apiVersion: v1
kind: Pod
metadata: { name: reviews-1, namespace: shop, labels: { app: reviews, version: v1 } }
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: reviews, namespace: shop }
spec: { selector: { matchLabels: { app: reviews } }, mtls: { mode: STRICT } }
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: old, namespace: shop }
spec: { selector: { matchLabels: { version: v1 } }, mtls: { mode: PERMISSIVE } }`,
    good: `
apiVersion: v1
kind: Pod
metadata: { name: reviews-1, namespace: shop, labels: { app: reviews, version: v1 } }
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: reviews, namespace: shop }
spec: { selector: { matchLabels: { app: reviews } }, mtls: { mode: STRICT } }
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: ratings, namespace: shop }
spec: { selector: { matchLabels: { app: ratings } }, mtls: { mode: PERMISSIVE } }`,
  },

  *check(subject, mesh) {
    const own = subject.fields.at("spec", "selector", "matchLabels");
    const labels = own.labels();
    if (Object.keys(labels).length === 0) return;
    const selected = workloads(mesh).matching(labels, subject.namespace);
    const others = mesh.lookup(SELECTING, subject.namespace).filter((other) => {
      if (other.object === subject.object) return false;
      return selected.some((workload) => hasLabels(workload.labels, other.labels));
    });
    if (others.length === 0) return;
    const names = others.map(({ object }) => object.metadata.name).join(", ");
    const winner = oldest([subject.object, ...others.map(({ object }) => object)]);
    yield {
      path: own.path,
      message:
        `${names} and this one select the same workload; ` +
        (winner === subject.object
          ? "this one is the oldest and counts."
          : `${winner?.metadata.name ?? names} is the oldest and counts.`),
      related: others.map(({ object }) => ({
        kind: "PeerAuthentication",
        namespace: subject.namespace,
        name: object.metadata.name,
        message: "Selects the same workload.",
      })),
    };
  },
});

/** Those with a selector, by namespace. */
const SELECTING: MeshIndex<{
  readonly object: KubeObject;
  readonly labels: Readonly<Record<string, string>>;
}> = {
  kinds: ["PeerAuthentication"],
  *entries(object) {
    const labels = new Field(object).at("spec", "selector", "matchLabels").labels();
    if (Object.keys(labels).length > 0) yield [object.metadata.namespace ?? "", { object, labels }];
  },
};
