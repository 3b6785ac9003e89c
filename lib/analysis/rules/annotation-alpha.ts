import { ANNOTATED_KINDS, annotationUses } from "../facts/istio-annotations";
import { quoted } from "../istioctl/words";
import { defineRule, type Subject } from "../rule";

export const rule = defineRule({
  id: "annotation-alpha",
  code: "IST0136",
  aliases: [],
  level: "Info",
  kinds: ANNOTATED_KINDS,
  reads: [],
  title: "An annotation belongs to a feature in its alpha phase",
  why: "Features in alpha may be incomplete, and may change or go without notice.",
  fix: "Do without it where it matters, or read the release notes before each upgrade.",
  examples: {
    bad: `
apiVersion: v1
kind: Pod
metadata: { name: reviews-1, namespace: shop, annotations: { sidecar.istio.io/userVolume: "[]" } }`,
    good: `
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop, annotations: { prometheus.io/scrape: "true" } }`,
  },
  istioctl: { analyzers: ["annotations.AlphaAnalyzer"], optional: true },

  *check(subject) {
    const skipped = setByInjector(subject);
    for (const { name, field, info } of annotationUses(subject)) {
      if (info?.status !== "Alpha" || skipped.has(name)) continue;
      yield {
        path: field.path,
        message: `The annotation ${name} belongs to a feature in its alpha phase.`,
        istioctl: {
          message: `Annotation ${quoted(name)} is part of an alpha-phase feature and may be incompletely supported.`,
        },
      };
    }
  },
});

const BY_CNI: ReadonlySet<string> = new Set([
  "sidecar.istio.io/interceptionMode",
  "traffic.sidecar.istio.io/includeInboundPorts",
  "traffic.sidecar.istio.io/excludeInboundPorts",
  "traffic.sidecar.istio.io/includeOutboundIPRanges",
]);
const NONE: ReadonlySet<string> = new Set();

/** What the injector itself writes on pods where Istio's CNI plugin does the redirection. */
function setByInjector({ kind, fields }: Subject): ReadonlySet<string> {
  const inits = fields.at("spec", "initContainers").items();
  const cni = kind === "Pod" && !inits.some((init) => init.at("name").text === "istio-init");
  return cni ? BY_CNI : NONE;
}
