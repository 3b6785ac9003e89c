import type { MeshView } from "@/lib/mesh/view";
import { Field } from "../field";
import { autoImage } from "../facts/auto-image";
import { labelsOf } from "../facts/pods";
import { selectorTakes } from "../facts/webhook-selectors";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "image-auto-uninjected",
  code: "IST0146",
  aliases: [],
  level: "Warning",
  kinds: ["Deployment"],
  reads: ["Namespace", "MutatingWebhookConfiguration"],
  title: "A Deployment leaves its proxy's image to an injector that will not see it",
  why: "No injection webhook selects its pods, so auto stays where an image must be.",
  fix: "Label the pod template or the namespace for injection.",
  examples: {
    bad: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: edge, namespace: edge }
spec: { template: { spec: { containers: [{ name: istio-proxy, image: auto }] } } }`,
    good: `
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: { name: istio-sidecar-injector }
webhooks:
- { name: namespace.sidecar-injector.istio.io, namespaceSelector: { matchLabels: { istio-injection: enabled } } }
---
apiVersion: v1
kind: Namespace
metadata: { name: edge, labels: { istio-injection: enabled } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: edge, namespace: edge }
spec: { template: { spec: { containers: [{ name: istio-proxy, image: auto }] } } }`,
  },
  istioctl: { analyzers: ["injection.ImageAutoAnalyzer"] },

  *check({ fields, namespace, name }, mesh) {
    const template = fields.at("spec", "template");
    const image = autoImage(template.at("spec"));
    if (!image) return;
    const home = mesh.get("Namespace", "", namespace || "default");
    const ofNamespace = home ? labelsOf(home) : {};
    const ofPods = template.at("metadata", "labels").labels();
    const injected = mesh
      .derive(injectionWebhooks)
      .some(
        (webhook) =>
          selectorTakes(webhook.at("namespaceSelector"), ofNamespace) &&
          selectorTakes(webhook.at("objectSelector"), ofPods),
      );
    if (injected) return;
    yield {
      path: image.path,
      message: `No injection webhook selects the pods of Deployment ${name}, so their proxy has no image.`,
      istioctl: {
        message: `Deployment ${name} contains \`image: auto\` but does not match any Istio injection webhook selectors.`,
      },
    };
  },
});

const injectionWebhooks = (mesh: MeshView): readonly Field[] =>
  mesh
    .list("MutatingWebhookConfiguration")
    .flatMap((object) => new Field(object).at("webhooks").items())
    .filter((webhook) => webhook.at("name").text?.endsWith("istio.io"));
