import { annotationsOf, labelsOf, sidecarImage } from "../facts/pods";
import { fullName } from "../istioctl/words";
import { defineRule } from "../rule";

const INJECT = "sidecar.istio.io/inject";

export const rule = defineRule({
  id: "pod-missing-proxy",
  code: "IST0103",
  aliases: [],
  level: "Warning",
  kinds: ["Pod"],
  reads: ["Namespace"],
  title: "A pod of an injected namespace has no sidecar",
  why:
    "Sidecars are added when a pod is created: this one is older than the label, or the webhook was " +
    "away. No routes, policies or mutual TLS apply to it.",
  fix: "Restart the workload.",
  examples: {
    bad: `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio-injection: enabled } }
---
apiVersion: v1
kind: Pod
metadata: { name: reviews-1, namespace: shop }
spec: { containers: [{ name: reviews, image: reviews }] }`,
    good: `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio-injection: enabled } }
---
apiVersion: v1
kind: Pod
metadata: { name: reviews-1, namespace: shop }
spec: { containers: [{ name: reviews, image: reviews }, { name: istio-proxy, image: proxyv2 }] }`,
  },
  istioctl: { analyzers: ["injection.Analyzer"] },

  *check({ object, fields, namespace, name }, mesh) {
    const home = mesh.get("Namespace", "", namespace);
    if (!home || namespace === "istio-system") return;
    const labels = labelsOf(home);
    if (labels["istio-injection"] !== "enabled") return;
    if (labels["istio.io/dataplane-mode"] === "ambient") return;
    const inject = labelsOf(object)[INJECT] ?? annotationsOf(object)[INJECT] ?? "";
    const spec = fields.at("spec");
    if (inject.toLowerCase() === "false" || spec.at("hostNetwork").value === true) return;
    if (sidecarImage(spec) !== undefined) return;
    yield {
      path: ["metadata", "name"],
      message: `Pod ${name} has no sidecar, though the label of ${namespace} asks for one.`,
      istioctl: {
        message: `The pod ${fullName({ namespace, name })} is missing the Istio proxy. This can often be resolved by restarting or redeploying the workload.`,
      },
    };
  },
});
