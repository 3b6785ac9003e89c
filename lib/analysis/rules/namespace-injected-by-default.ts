import { isEnabledByDefault, isUndecided } from "../facts/injection";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "namespace-injected-by-default",
  code: "IST0148",
  aliases: [],
  level: "Info",
  kinds: ["Namespace"],
  reads: ["ConfigMap"],
  title: "A namespace gets sidecars only because Istio is installed so",
  why: "Istio is installed with enableNamespacesByDefault: what has no label is taken into the mesh.",
  fix: "Label the namespace, so that it stays as it is when the installation changes.",
  examples: {
    bad: `
apiVersion: v1
kind: ConfigMap
metadata: { name: istio-sidecar-injector, namespace: istio-system }
data: { values: '{"sidecarInjectorWebhook":{"enableNamespacesByDefault":true}}' }
---
apiVersion: v1
kind: Namespace
metadata: { name: shop }`,
    good: `
apiVersion: v1
kind: Namespace
metadata: { name: shop }`,
  },
  istioctl: { analyzers: ["injection.Analyzer"] },

  *check(subject, mesh) {
    if (!isUndecided(subject) || !isEnabledByDefault(mesh)) return;
    yield {
      path: ["metadata", "name"],
      message: `Namespace ${subject.name} has no label about sidecars; its pods get them by default.`,
      istioctl: {
        message:
          "is enabled for Istio injection, as Istio is installed with enableNamespacesByDefault as true.",
      },
    };
  },
});
