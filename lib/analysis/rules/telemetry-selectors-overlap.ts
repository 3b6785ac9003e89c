import { checkSelectors, selectorsOverlapWords } from "../families/rivals";
import { selectingTelemetries } from "../facts/selecting-objects";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "telemetry-selectors-overlap",
  code: "IST0159",
  kinds: ["Telemetry"],
  reads: ["Telemetry", "Pod"],
  ...selectorsOverlapWords("Telemetries"),
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
  check: checkSelectors({
    kind: "Telemetry",
    plural: "Telemetries",
    selecting: selectingTelemetries,
  }),
});
