import { ANNOTATION_CHECKS } from "@/lib/istio/annotation-values";
import { ANNOTATED_KINDS, annotationUses } from "../facts/istio-annotations";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "annotation-invalid",
  code: "IST0125",
  aliases: [],
  level: "Warning",
  kinds: ANNOTATED_KINDS,
  reads: [],
  title: "An annotation has a value that the injector refuses",
  why: "The sidecar injector fails on the value, so the pod is not created.",
  fix: "Write a value of the form that the annotation takes.",
  examples: {
    bad: `
apiVersion: v1
kind: Pod
metadata: { name: reviews-1, namespace: shop, annotations: { status.sidecar.istio.io/port: http } }`,
    good: `
apiVersion: v1
kind: Pod
metadata: { name: reviews-1, namespace: shop, annotations: { status.sidecar.istio.io/port: "15020" } }`,
  },
  istioctl: { analyzers: ["annotations.K8sAnalyzer"] },

  *check(subject) {
    for (const { name, field, info } of annotationUses(subject)) {
      if (!info?.kinds.includes(subject.kind) || typeof field.value !== "string") continue;
      const fault = ANNOTATION_CHECKS.get(name)?.(field.value);
      if (fault === undefined) continue;
      yield {
        path: field.path,
        message: `The injector refuses the annotation ${name}: ${fault}.`,
        istioctl: { message: `Invalid annotation ${name}: ${fault}` },
      };
    }
  },
});
