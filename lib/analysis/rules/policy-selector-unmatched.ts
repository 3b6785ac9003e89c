import { meshConfig } from "@/lib/mesh/mesh-config";
import { labelText } from "../facts/label-text";
import { selectorField, selectorScope } from "../facts/selectors";
import { workloads, WORKLOAD_KINDS } from "../facts/workloads";
import { isAmbientPod, isPodInMesh, podsWith } from "../facts/pods";
import { selectorText } from "../istioctl/words";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "policy-selector-unmatched",
  code: "IST0127",
  aliases: ["KIA0004"],
  level: "Warning",
  kinds: ["AuthorizationPolicy", "PeerAuthentication", "RequestAuthentication"],
  reads: [...WORKLOAD_KINDS, "ConfigMap"],
  title: "A policy selects no workload",
  why: "A policy whose selector matches nothing protects nothing, and nothing else says so.",
  fix: "Use labels that the workload has; look at its pods, not at its Service.",
  examples: {
    bad: `
apiVersion: v1
kind: Pod
metadata: { name: reviews-1, namespace: shop, labels: { app: reviews } }
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: reviews, namespace: shop }
spec: { selector: { matchLabels: { app: reveiws } } }`,
    good: `
apiVersion: v1
kind: Pod
metadata: { name: reviews-1, namespace: shop, labels: { app: reviews } }
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: reviews, namespace: shop }
spec: { selector: { matchLabels: { app: reviews } } }`,
  },

  istioctl: {
    analyzers: ["auth.AuthorizationPoliciesAnalyzer"],
    *check(subject, mesh) {
      if (subject.kind !== "AuthorizationPolicy") return;
      const given = subject.fields.at("spec", "selector").exists;
      const meshWide = subject.namespace === mesh.derive(meshConfig).rootNamespace;
      if (meshWide && !given) return;
      const labels = given ? selectorField(subject).labels() : {};
      const pods = podsWith(mesh, labels, meshWide ? undefined : subject.namespace);
      if (pods.some((pod) => isAmbientPod(pod) || isPodInMesh(pod, mesh))) return;
      yield {
        message: `No matching workloads for this resource with the following labels: ${selectorText(labels)}`,
      };
    },
  },

  *check(subject, mesh) {
    const selector = selectorField(subject);
    const labels = selector.labels();
    if (Object.keys(labels).length === 0) return;
    const scope = selectorScope(subject, mesh.derive(meshConfig).rootNamespace);
    if (workloads(mesh).select(labels, scope)) return;
    yield {
      path: selector.path,
      message:
        `No workload ${scope === undefined ? "of the mesh" : `in ${scope}`} has the labels ` +
        `${labelText(labels)}; this policy protects nothing.`,
    };
  },
});
