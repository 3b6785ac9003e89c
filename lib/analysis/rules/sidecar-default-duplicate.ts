import { checkDefaults, defaultDuplicateWords } from "../families/rivals";
import { isAmbientNamespace, isAmbientPod } from "../facts/pods";
import { selectingSidecars } from "../facts/selecting-objects";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "sidecar-default-duplicate",
  code: "IST0111",
  kinds: ["Sidecar"],
  reads: ["Sidecar", "Namespace"],
  ...defaultDuplicateWords("Sidecar"),
  examples: {
    bad: `
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: a, namespace: shop }
spec: { egress: [{ hosts: ["./*"] }] }
---
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: b, namespace: shop }
spec: { egress: [{ hosts: ["./*"] }] }`,
    good: `
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: a, namespace: shop }
spec: { egress: [{ hosts: ["./*"] }] }
---
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: b, namespace: other }
spec: { egress: [{ hosts: ["./*"] }] }`,
  },
  istioctl: { analyzers: ["sidecar.SelectorAnalyzer"] },
  check: checkDefaults({
    kind: "Sidecar",
    plural: "Sidecars",
    selecting: selectingSidecars,
    exempt: { pod: isAmbientPod, namespace: isAmbientNamespace },
  }),
});
