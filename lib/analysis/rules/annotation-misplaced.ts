import { ANNOTATED_KINDS, annotationUses } from "../facts/istio-annotations";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "annotation-misplaced",
  code: "IST0107",
  aliases: [],
  level: "Warning",
  kinds: ANNOTATED_KINDS,
  reads: [],
  title: "An annotation is set on a kind that it says nothing to",
  why: "Istio looks for each annotation on certain kinds only; anywhere else it has no effect.",
  fix: "Move it to an object of a kind that it belongs to; for a Deployment, to its pod template.",
  examples: {
    bad: `
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop, annotations: { sidecar.istio.io/proxyCPU: 100m } }`,
    good: `
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop, annotations: { networking.istio.io/exportTo: "." } }`,
  },
  istioctl: { analyzers: ["annotations.K8sAnalyzer"] },

  *check(subject) {
    for (const { name, field, info } of annotationUses(subject)) {
      if (!info || info.kinds.includes("Any") || info.kinds.includes(subject.kind)) continue;
      const kinds = info.kinds.join(", ");
      yield {
        path: field.path,
        message: `The annotation ${name} has no effect on a ${subject.kind}; it belongs on: ${kinds}.`,
        istioctl: { message: `Misplaced annotation: ${name} can only be applied to ${kinds}` },
        fixes: [
          { title: "Remove the annotation", edits: [{ op: "remove" as const, path: field.path }] },
        ],
      };
    }
  },
});
