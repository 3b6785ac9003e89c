import { selectingTelemetries } from "../facts/selecting-objects";
import { byText, listed, quoted } from "../istioctl/words";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "telemetry-default-duplicate",
  code: "IST0160",
  aliases: [],
  level: "Error",
  kinds: ["Telemetry"],
  reads: ["Telemetry"],
  title: "A namespace has more than one Telemetry without a selector",
  why: "A namespace takes one default: the oldest counts, and every other is ignored without a word.",
  fix: "Merge them, or give all but one a selector.",
  examples: {
    bad: `
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: { name: a, namespace: shop }
spec: { metrics: [{ providers: [{ name: prometheus }] }] }
---
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: { name: b, namespace: shop }
spec: { metrics: [{ providers: [{ name: prometheus }] }] }`,
    good: `
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: { name: a, namespace: shop }
spec: { metrics: [{ providers: [{ name: prometheus }] }] }
---
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: { name: b, namespace: other }
spec: { metrics: [{ providers: [{ name: prometheus }] }] }`,
  },
  istioctl: { analyzers: ["telemetry.DefaultSelectorAnalyzer"] },

  *check({ object, namespace }, mesh) {
    const rivals = mesh.derive(selectingTelemetries).defaults.get(namespace) ?? [];
    if (rivals.length < 2 || !rivals.includes(object)) return;
    const names = rivals.map(({ metadata }) => metadata.name).sort(byText);
    yield {
      path: ["metadata", "name"],
      message: `The Telemetries ${names.join(", ")} of ${namespace} have no selector; only the oldest applies.`,
      related: rivals
        .filter((other) => other !== object)
        .map(({ metadata }) => ({
          kind: "Telemetry",
          namespace,
          name: metadata.name,
          message: "Has no selector either.",
        })),
      istioctl: {
        message: `The Telemetries ${listed(names)} in namespace ${quoted(namespace)} have no workload selector, which can lead to undefined behavior.`,
      },
    };
  },
});
