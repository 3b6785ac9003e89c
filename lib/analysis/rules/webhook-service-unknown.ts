import { injectionWebhooks } from "../facts/injection-webhooks";
import { fullName } from "../istioctl/words";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "webhook-service-unknown",
  code: "IST0139",
  aliases: [],
  level: "Error",
  kinds: ["MutatingWebhookConfiguration"],
  reads: ["MutatingWebhookConfiguration", "Service"],
  title: "An injection webhook calls a Service that does not exist",
  why: "The API server cannot ask the injector, so pods are refused, or created without a sidecar.",
  fix: "Remove the webhook with the control plane that it belonged to, or correct its Service.",
  examples: {
    bad: `
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: { name: injector }
webhooks: [{ name: a.istio.io, clientConfig: { service: { namespace: istio-system, name: istiod-old } } }]`,
    good: `
apiVersion: v1
kind: Service
metadata: { name: istiod, namespace: istio-system }
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: { name: injector }
webhooks: [{ name: a.istio.io, clientConfig: { service: { namespace: istio-system, name: istiod } } }]`,
  },
  istioctl: { analyzers: ["webhook.Analyzer"] },

  *check({ name }, mesh) {
    for (const { configuration, fields } of mesh.derive(injectionWebhooks).all) {
      const service = fields.at("clientConfig", "service");
      if (configuration !== name || !service.exists) continue;
      const ref = {
        namespace: service.at("namespace").text ?? "",
        name: service.at("name").text ?? "",
      };
      if (mesh.get("Service", ref.namespace, ref.name)) continue;
      yield {
        path: service.path,
        message: `The webhook calls Service ${fullName(ref)}, which does not exist.`,
        istioctl: {
          message: `Injector refers to a control plane service that does not exist: ${fullName(ref)}.`,
        },
      };
    }
  },
});
