import { isAmbientNamespace } from "../facts/pods";
import { selectingSidecars } from "../facts/selecting-objects";
import { byText, listed, quoted } from "../istioctl/words";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "sidecar-default-duplicate",
  code: "IST0111",
  aliases: [],
  level: "Error",
  kinds: ["Sidecar"],
  reads: ["Sidecar", "Namespace"],
  title: "A namespace has more than one Sidecar without a selector",
  why: "A namespace takes one default: the oldest counts, and every other is ignored without a word.",
  fix: "Merge them, or give all but one a selector.",
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

  *check({ object, namespace }, mesh) {
    const rivals = mesh.derive(selectingSidecars).defaults.get(namespace) ?? [];
    if (rivals.length < 2 || !rivals.includes(object)) return;
    if (isAmbientNamespace(mesh.get("Namespace", "", namespace))) return;
    const names = rivals.map(({ metadata }) => metadata.name).sort(byText);
    yield {
      path: ["metadata", "name"],
      message: `The Sidecars ${names.join(", ")} of ${namespace} have no selector; only the oldest applies.`,
      related: rivals
        .filter((other) => other !== object)
        .map(({ metadata }) => ({
          kind: "Sidecar",
          namespace,
          name: metadata.name,
          message: "Has no selector either.",
        })),
      istioctl: {
        message: `The Sidecars ${listed(names)} in namespace ${quoted(namespace)} have no workload selector, which can lead to undefined behavior.`,
      },
    };
  },
});
