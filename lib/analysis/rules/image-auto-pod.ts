import { autoImage } from "../facts/auto-image";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "image-auto-pod",
  code: "IST0147",
  aliases: [],
  level: "Error",
  kinds: ["Pod"],
  reads: [],
  title: "A pod runs the image auto, which is no image",
  why: "The injector puts the proxy's image in the place of auto. It did not, so the container cannot start.",
  fix: "Label the pod or its namespace for injection, then create the pod anew.",
  examples: {
    bad: `
apiVersion: v1
kind: Pod
metadata: { name: edge-1, namespace: edge }
spec: { containers: [{ name: istio-proxy, image: auto }] }`,
    good: `
apiVersion: v1
kind: Pod
metadata: { name: edge-1, namespace: edge }
spec: { containers: [{ name: istio-proxy, image: "istio/proxyv2:1.31.0" }] }`,
  },
  istioctl: { analyzers: ["injection.ImageAutoAnalyzer"] },

  *check({ fields, name }) {
    const image = autoImage(fields.at("spec"));
    if (!image) return;
    yield {
      path: image.path,
      message: `Pod ${name} was created without the injector, so its proxy has no image.`,
      istioctl: {
        message: `Pod ${name} contains \`image: auto\` but does not match any Istio injection webhook selectors.`,
      },
    };
  },
});
