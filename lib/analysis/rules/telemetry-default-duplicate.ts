import { checkDefaults, defaultDuplicateWords } from "../families/rivals";
import { selectingTelemetries } from "../facts/selecting-objects";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "telemetry-default-duplicate",
  code: "IST0160",
  kinds: ["Telemetry"],
  reads: ["Telemetry"],
  ...defaultDuplicateWords("Telemetry"),
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
  check: checkDefaults({
    kind: "Telemetry",
    plural: "Telemetries",
    selecting: selectingTelemetries,
  }),
});
