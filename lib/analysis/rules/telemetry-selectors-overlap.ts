import { selectingTelemetries } from "../facts/selecting-objects";
import { selectorField } from "../facts/selectors";
import { byText, listed, quoted } from "../istioctl/words";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "telemetry-selectors-overlap",
  code: "IST0159",
  aliases: [],
  level: "Error",
  kinds: ["Telemetry"],
  reads: ["Telemetry", "Pod"],
  title: "Two Telemetries select the same pod",
  why: "Only one of them applies to the pod; which one depends on their order of creation alone.",
  fix: "Merge them, or give them selectors that no pod matches together.",
  examples: {
    bad: `
apiVersion: v1
kind: Pod
metadata: { name: reviews-1, namespace: shop, labels: { app: reviews, version: v1 } }
---
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: { name: a, namespace: shop }
spec: { selector: { matchLabels: { app: reviews } } }
---
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: { name: b, namespace: shop }
spec: { selector: { matchLabels: { version: v1 } } }`,
    good: `
apiVersion: v1
kind: Pod
metadata: { name: reviews-1, namespace: shop, labels: { app: reviews, version: v1 } }
---
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: { name: a, namespace: shop }
spec: { selector: { matchLabels: { app: reviews } } }
---
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: { name: b, namespace: shop }
spec: { selector: { matchLabels: { version: v2 } } }`,
  },
  istioctl: { analyzers: ["telemetry.SelectorAnalyzer"] },

  *check({ object, fields, namespace }, mesh) {
    const { ofPod, podsOf } = mesh.derive(selectingTelemetries);
    for (const pod of podsOf.get(object) ?? []) {
      const rivals = ofPod.get(pod) ?? [];
      if (rivals.length < 2) continue;
      const names = rivals.map(({ metadata }) => metadata.name).sort(byText);
      const others = rivals.filter((other) => other !== object);
      yield {
        path: selectorField({ kind: "Telemetry", fields }).path,
        message: `Pod ${pod.metadata.name} is selected by the Telemetries ${names.join(", ")}; only one applies.`,
        related: others.map(({ metadata }) => ({
          kind: "Telemetry",
          namespace,
          name: metadata.name,
          message: "Selects the same pod.",
        })),
        istioctl: {
          message: `The Telemetries ${listed(names)} in namespace ${quoted(namespace)} select the same workload pod ${quoted(pod.metadata.name)}, which can lead to undefined behavior.`,
          at: ["metadata", "name"],
        },
      };
    }
  },
});
