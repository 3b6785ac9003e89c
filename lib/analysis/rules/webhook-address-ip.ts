import { doubtfulWebhookUrls } from "../facts/webhook-urls";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "webhook-address-ip",
  code: "IST0164",
  aliases: [],
  level: "Info",
  kinds: ["ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"],
  reads: [],
  title: "A webhook reaches the external control plane by an IP address",
  why: "When the address changes, nothing is validated or injected until the webhook is changed too.",
  fix: "Use a host name.",
  examples: {
    bad: `
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: { name: istio-sidecar-injector }
webhooks: [{ name: rev.istio.io, clientConfig: { url: "https://192.0.2.1:15017/inject" } }]`,
    good: `
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: { name: istio-sidecar-injector }
webhooks: [{ name: rev.istio.io, clientConfig: { url: "https://istiod.example.com/inject" } }]`,
  },
  istioctl: { analyzers: ["externalcontrolplane.ExternalControlPlaneAnalyzer"] },

  *check(subject) {
    for (const { name, url, fault } of doubtfulWebhookUrls(subject)) {
      if (fault !== "ip") continue;
      yield {
        path: url.path,
        message: `The webhook ${name} calls an IP address, which may change.`,
        istioctl: {
          message: `The address (${url.text ?? ""}) that was provided for the webhook (${name}) to reach the ingress gateway on the external control plane cluster is an IP address. This is not recommended for a production environment.`,
        },
      };
    }
  },
});
