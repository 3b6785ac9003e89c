import { isAmbientPod } from "../facts/pods";
import { selectingSidecars } from "../facts/selecting-objects";
import { selectorField } from "../facts/selectors";
import { byText, listed, quoted } from "../istioctl/words";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "sidecar-selectors-overlap",
  code: "IST0110",
  aliases: [],
  level: "Error",
  kinds: ["Sidecar"],
  reads: ["Sidecar", "Pod"],
  title: "Two Sidecars select the same pod",
  why: "Only one of them applies to the pod; which one depends on their order of creation alone.",
  fix: "Merge them, or give them selectors that no pod matches together.",
  examples: {
    bad: `
apiVersion: v1
kind: Pod
metadata: { name: reviews-1, namespace: shop, labels: { app: reviews, version: v1 } }
---
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: a, namespace: shop }
spec: { workloadSelector: { labels: { app: reviews } } }
---
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: b, namespace: shop }
spec: { workloadSelector: { labels: { version: v1 } } }`,
    good: `
apiVersion: v1
kind: Pod
metadata: { name: reviews-1, namespace: shop, labels: { app: reviews, version: v1 } }
---
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: a, namespace: shop }
spec: { workloadSelector: { labels: { app: reviews } } }
---
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: b, namespace: shop }
spec: { workloadSelector: { labels: { version: v2 } } }`,
  },
  istioctl: { analyzers: ["sidecar.SelectorAnalyzer"] },

  *check({ object, fields, namespace }, mesh) {
    const { ofPod, podsOf } = mesh.derive(selectingSidecars);
    for (const pod of podsOf.get(object) ?? []) {
      const rivals = ofPod.get(pod) ?? [];
      if (isAmbientPod(pod)) continue;
      if (rivals.length < 2) continue;
      const names = rivals.map(({ metadata }) => metadata.name).sort(byText);
      const others = rivals.filter((other) => other !== object);
      yield {
        path: selectorField({ kind: "Sidecar", fields }).path,
        message: `Pod ${pod.metadata.name} is selected by the Sidecars ${names.join(", ")}; only one applies.`,
        related: others.map(({ metadata }) => ({
          kind: "Sidecar",
          namespace,
          name: metadata.name,
          message: "Selects the same pod.",
        })),
        istioctl: {
          message: `The Sidecars ${listed(names)} in namespace ${quoted(namespace)} select the same workload pod ${quoted(pod.metadata.name)}, which can lead to undefined behavior.`,
          at: ["metadata", "name"],
        },
      };
    }
  },
});
