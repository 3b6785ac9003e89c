import { checkSelectors, selectorsOverlapWords } from "../families/rivals";
import { isAmbientNamespace, isAmbientPod } from "../facts/pods";
import { selectingSidecars } from "../facts/selecting-objects";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "sidecar-selectors-overlap",
  code: "IST0110",
  kinds: ["Sidecar"],
  reads: ["Sidecar", "Pod"],
  ...selectorsOverlapWords("Sidecars"),
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
  check: checkSelectors({
    kind: "Sidecar",
    plural: "Sidecars",
    selecting: selectingSidecars,
    exempt: { pod: isAmbientPod, namespace: isAmbientNamespace },
  }),
});
