import { doubtfulWebhookUrls } from "../facts/webhook-urls";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "webhook-url-invalid",
  code: "IST0163",
  aliases: [],
  level: "Warning",
  kinds: ["ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"],
  reads: [],
  title: "A webhook of Istio names nobody that can be called",
  why: "The API server cannot reach the control plane, so nothing is validated or injected.",
  fix: "Set clientConfig.service, or clientConfig.url to the address of the external control plane.",
  examples: {
    bad: `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: { name: istio-validator-istio-system }
webhooks: [{ name: rev.validation.istio.io, clientConfig: {} }]`,
    good: `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: { name: istio-validator-istio-system }
webhooks: [{ name: rev.validation.istio.io, clientConfig: { url: "https://istiod.example.com/validate" } }]`,
  },
  istioctl: { analyzers: ["externalcontrolplane.ExternalControlPlaneAnalyzer"] },

  *check(subject) {
    for (const { webhook, name, url, fault } of doubtfulWebhookUrls(subject)) {
      if (fault === "ip") continue;
      const written = typeof url.value === "string" ? url.value : "";
      const what = fault === "blank" ? "is blank" : "was provided in an invalid format";
      yield {
        path: fault === "blank" ? webhook.at("clientConfig").path : url.path,
        message:
          fault === "blank"
            ? `The webhook ${name} has neither a URL nor a Service to call.`
            : `The URL ${written} of the webhook ${name} cannot be read.`,
        istioctl: {
          message: `The hostname (${written}) that was provided for the webhook (${name}) to reach the ingress gateway on the external control plane cluster ${what}. Traffic may not flow properly.`,
        },
      };
    }
  },
});
