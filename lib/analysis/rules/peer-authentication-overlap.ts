import { hasLabels } from "@/lib/k8s/label-selector";
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
    const selected = mesh
      .derive(workloads)
      .in(subject.namespace)
      .filter((workload) => hasLabels(workload.labels, labels));
    const others = mesh.list("PeerAuthentication").filter((object) => {
      if (object === subject.object || object.metadata.namespace !== subject.namespace)
        return false;
      const theirs = new Field(object).at("spec", "selector", "matchLabels").labels();
      if (Object.keys(theirs).length === 0) return false;
      return selected.some((workload) => hasLabels(workload.labels, theirs));
    });
    if (others.length === 0) return;
    const names = others.map(({ metadata }) => metadata.name).join(", ");
    const winner = oldest([subject.object, ...others]);
    yield {
      path: own.path,
      message:
        `${names} and this one select the same workload; ` +
        (winner === subject.object
          ? "this one is the oldest and counts."
          : `${winner?.metadata.name ?? names} is the oldest and counts.`),
      related: others.map(({ metadata }) => ({
        kind: "PeerAuthentication",
        namespace: subject.namespace,
        name: metadata.name,
        message: "Selects the same workload.",
      })),
    };
  },
});
