import { isEnabledByDefault, isUndecided } from "../facts/injection";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "namespace-not-injected",
  code: "IST0102",
  aliases: [],
  level: "Info",
  kinds: ["Namespace"],
  reads: ["ConfigMap"],
  title: "A namespace does not say whether its pods get sidecars",
  why: "Without a label its pods get none, so they are outside the mesh; nothing says whether that is meant.",
  fix: "Label the namespace istio-injection=enabled or istio-injection=disabled, or with a revision.",
  examples: {
    bad: `
apiVersion: v1
kind: Namespace
metadata: { name: shop }`,
    good: `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio-injection: disabled } }`,
  },
  istioctl: { analyzers: ["injection.Analyzer"] },

  *check(subject, mesh) {
    if (!isUndecided(subject) || isEnabledByDefault(mesh)) return;
    const { name } = subject;
    yield {
      path: ["metadata", "name"],
      message: `Namespace ${name} has no label about sidecars, so its pods get none.`,
      fixes: ["enabled", "disabled"].map((value) => ({
        title: `Label it istio-injection=${value}`,
        edits: [{ op: "set" as const, path: ["metadata", "labels", "istio-injection"], value }],
      })),
      istioctl: {
        message: `The namespace is not enabled for Istio injection. Run 'kubectl label namespace ${name} istio-injection=enabled' to enable it, or 'kubectl label namespace ${name} istio-injection=disabled' to explicitly mark it as not needing injection.`,
        at: ["metadata", "name"],
      },
    };
  },
});
