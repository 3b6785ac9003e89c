import { injectionWebhooks, webhookKey } from "../facts/injection-webhooks";
import { byText, listed } from "../istioctl/words";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "webhook-overlap",
  code: "IST0139",
  aliases: [],
  level: "Error",
  kinds: ["MutatingWebhookConfiguration"],
  reads: ["MutatingWebhookConfiguration"],
  title: "Two injection webhooks take in the same pods",
  why: "Both inject their sidecar, so the pod may get two, of two revisions.",
  fix: "Remove the webhook that is left over, or narrow its selectors.",
  examples: {
    bad: `
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: { name: a }
webhooks: [{ name: a.istio.io, namespaceSelector: { matchLabels: { istio-injection: enabled } } }]
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: { name: b }
webhooks: [{ name: b.istio.io, namespaceSelector: { matchLabels: { istio-injection: enabled } } }]`,
    good: `
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: { name: a }
webhooks: [{ name: a.istio.io, namespaceSelector: { matchLabels: { istio-injection: enabled } } }]
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: { name: b }
webhooks: [{ name: b.istio.io, namespaceSelector: { matchLabels: { istio.io/rev: canary }, matchExpressions: [{ key: istio-injection, operator: DoesNotExist }] } }]`,
  },
  istioctl: { analyzers: ["webhook.Analyzer"] },

  *check({ name }, mesh) {
    for (const overlap of mesh.derive(injectionWebhooks).overlaps) {
      for (const webhook of overlap) {
        if (webhook.configuration !== name) continue;
        const others = overlap.filter((other) => other !== webhook);
        const keys = others.map(webhookKey).sort(byText);
        yield {
          path: webhook.fields.path,
          message: `${webhook.name} takes in pods that ${keys.join(", ")} takes in too.`,
          related: others.map((other) => ({
            kind: "MutatingWebhookConfiguration",
            namespace: "",
            name: other.configuration,
            message: "Takes in the same pods.",
          })),
          istioctl: {
            message: `Webhook overlaps with others: ${listed(keys)}. This may cause injection to occur twice.`,
          },
        };
      }
    }
  },
});
