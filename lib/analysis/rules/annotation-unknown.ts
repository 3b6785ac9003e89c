import { ISTIO_ANNOTATIONS } from "@/lib/istio/annotations";
import { ANNOTATED_KINDS, annotationUses } from "../facts/istio-annotations";
import { nearestNames } from "../nearest";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "annotation-unknown",
  code: "IST0108",
  aliases: [],
  level: "Warning",
  kinds: ANNOTATED_KINDS,
  reads: [],
  title: "Istio has no such annotation",
  why: "Nothing reads an annotation that Istio does not know, so what it asks for does not happen.",
  fix: "Correct its name, or set the label of this name where it is one.",
  examples: {
    bad: `
apiVersion: v1
kind: Pod
metadata: { name: reviews-1, namespace: shop, annotations: { sidecar.istio.io/proxyCpu: 100m } }`,
    good: `
apiVersion: v1
kind: Pod
metadata: { name: reviews-1, namespace: shop, annotations: { sidecar.istio.io/proxyCPU: 100m } }`,
  },
  istioctl: { analyzers: ["annotations.K8sAnalyzer"] },

  *check(subject) {
    for (const { name, field, info } of annotationUses(subject)) {
      if (info) continue;
      const [likely] = nearestNames(name, ISTIO_ANNOTATIONS.keys(), 1);
      const hint = likely === undefined ? "" : ` Its nearest is ${likely}.`;
      yield {
        path: field.path,
        message: `Istio has no annotation ${name}; nothing reads it.${hint}`,
        istioctl: { message: `Unknown annotation: ${name}` },
      };
    }
  },
});
