import type { MeshView } from "@/lib/mesh/view";
import { isAmbientNamespace, isAmbientPod } from "../facts/pods";
import { selectingSidecars } from "../facts/selecting-objects";
import { defineRule, type Subject } from "../rule";

export const rule = defineRule({
  id: "sidecar-in-ambient",
  code: "IST0167",
  aliases: [],
  level: "Warning",
  kinds: ["Sidecar"],
  reads: ["Sidecar", "Pod", "Namespace"],
  title: "A Sidecar is for workloads that have no sidecar proxy",
  why: "Workloads in ambient mode have no sidecar, and ztunnel and waypoints do not read Sidecar objects.",
  fix: "Remove it; limit what a waypoint knows by its own configuration.",
  examples: {
    bad: `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio.io/dataplane-mode: ambient } }
---
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: default, namespace: shop }
spec: { egress: [{ hosts: ["./*"] }] }`,
    good: `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio-injection: enabled } }
---
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: reviews, namespace: shop }
spec: { workloadSelector: { labels: { app: reviews } }, egress: [{ hosts: ["./*"] }] }`,
  },
  istioctl: { analyzers: ["sidecar.SelectorAnalyzer"] },

  *check(subject, mesh) {
    const what = ambientTarget(subject, mesh);
    if (what === undefined) return;
    yield {
      path: ["metadata", "name"],
      message: `The ${what} is in ambient mode, so this Sidecar has no effect.`,
      istioctl: {
        message: `The policy has no impact: ${what} is in ambient mode, the policy has no impact.`,
      },
    };
  },
});

function ambientTarget({ object, namespace }: Subject, mesh: MeshView): string | undefined {
  const { podsOf } = mesh.derive(selectingSidecars);
  const pods = podsOf.get(object);
  if (pods) return pods.some(isAmbientPod) ? "selected workload" : undefined;
  return isAmbientNamespace(mesh.get("Namespace", "", namespace)) ? "namespace" : undefined;
}
