import { labelsOf } from "../facts/pods";
import { ANNOTATED_KINDS, annotationUses } from "../facts/istio-annotations";
import { quoted } from "../istioctl/words";
import { defineRule } from "../rule";

const INJECT = "sidecar.istio.io/inject";

export const rule = defineRule({
  id: "annotation-deprecated",
  code: "IST0135",
  aliases: [],
  level: "Info",
  kinds: ANNOTATED_KINDS,
  reads: [],
  title: "An annotation is deprecated",
  why: "A future release of Istio may stop reading it.",
  fix: "Use what Istio's documentation names instead; for sidecar.istio.io/inject, the label of this name.",
  examples: {
    bad: `
apiVersion: v1
kind: Pod
metadata: { name: reviews-1, namespace: shop, annotations: { sidecar.istio.io/inject: "false" } }`,
    good: `
apiVersion: v1
kind: Pod
metadata:
  name: reviews-1
  namespace: shop
  labels: { sidecar.istio.io/inject: "false" }
  annotations: { sidecar.istio.io/inject: "false" }`,
  },
  istioctl: { analyzers: ["annotations.K8sAnalyzer"] },

  *check(subject) {
    for (const { name, field, info } of annotationUses(subject)) {
      if (!info?.deprecated) continue;
      // Who has the label too keeps the annotation for older releases.
      if (name === INJECT && INJECT in labelsOf(subject.object)) continue;
      const instead = name === INJECT ? ` in favor of the "${INJECT}" label` : "";
      yield {
        path: field.path,
        message: `The annotation ${name} is deprecated${instead}; a later Istio may not read it.`,
        istioctl: {
          message: `Annotation ${quoted(name)} has been deprecated${instead} and may not work in future Istio versions.`,
        },
      };
    }
  },
});
