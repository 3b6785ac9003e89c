import { meshConfig } from "@/lib/mesh/mesh-config";
import { labelText } from "../facts/label-text";
import { selectorField, selectorScope } from "../facts/selectors";
import { workloads, WORKLOAD_KINDS } from "../facts/workloads";
import { podsWith } from "../facts/pods";
import { firstKey, quoted, selectorText } from "../istioctl/words";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "sidecar-selector-unmatched",
  code: "IST0101",
  aliases: ["KIA0004"],
  level: "Error",
  kinds: ["Sidecar", "Telemetry"],
  reads: [...WORKLOAD_KINDS, "ConfigMap"],
  title: "A Sidecar or Telemetry selects no workload",
  why: "It applies to no proxy: the workload that was meant keeps the defaults of its namespace.",
  fix: "Use labels that the workload's pods have.",
  examples: {
    bad: `
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: reviews, namespace: shop }
spec: { workloadSelector: { labels: { app: reviews } } }`,
    good: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: reviews, namespace: shop }
spec: { template: { metadata: { labels: { app: reviews } } } }
---
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: reviews, namespace: shop }
spec: { workloadSelector: { labels: { app: reviews } } }`,
  },

  istioctl: {
    analyzers: ["sidecar.SelectorAnalyzer", "telemetry.SelectorAnalyzer"],
    *check(subject, mesh) {
      const selector = selectorField(subject);
      const labels = selector.labels();
      if (Object.keys(labels).length === 0) return;
      if (podsWith(mesh, labels, subject.namespace).length > 0) return;
      yield {
        message: `Referenced selector not found: ${quoted(selectorText(labels))}`,
        at: selector.at(firstKey(labels)).path,
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
        `${labelText(labels)}; this ${subject.object.kind} applies to no proxy.`,
    };
  },
});
