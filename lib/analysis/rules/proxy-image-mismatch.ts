import type { KubeObject } from "@/lib/k8s/object";
import type { MeshView } from "@/lib/mesh/view";
import { Field } from "../field";
import { injectorName, injectors } from "../facts/injection";
import { annotationsOf, labelsOf, podsWith } from "../facts/pods";
import { proxyImageType } from "../facts/proxy-image-type";
import { byText, listed } from "../istioctl/words";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "proxy-image-mismatch",
  code: "IST0158",
  aliases: [],
  level: "Warning",
  kinds: ["Namespace"],
  reads: ["Pod", "ConfigMap", "ProxyConfig"],
  title: "Pods of a namespace run another proxy than the injector would give them",
  why: "Pods keep the proxy that they were created with, so after an upgrade they run the old one.",
  fix: "Restart the workloads of the namespace.",
  examples: {
    bad: `
apiVersion: v1
kind: ConfigMap
metadata: { name: istio-sidecar-injector, namespace: istio-system }
data: { values: '{"global":{"hub":"docker.io/istio","tag":"1.31.0","proxy":{"image":"proxyv2"}}}' }
---
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio-injection: enabled } }
---
apiVersion: v1
kind: Pod
metadata: { name: reviews-1, namespace: shop }
spec: { containers: [{ name: istio-proxy, image: "docker.io/istio/proxyv2:1.30.0" }] }`,
    good: `
apiVersion: v1
kind: ConfigMap
metadata: { name: istio-sidecar-injector, namespace: istio-system }
data: { values: '{"global":{"hub":"docker.io/istio","tag":"1.31.0","proxy":{"image":"proxyv2"}}}' }
---
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio-injection: enabled } }
---
apiVersion: v1
kind: Pod
metadata: { name: reviews-1, namespace: shop }
spec: { containers: [{ name: istio-proxy, image: "docker.io/istio/proxyv2:1.31.0" }] }`,
  },
  istioctl: { analyzers: ["injection.ImageAnalyzer"] },

  *check({ object, name }, mesh) {
    const labels = labelsOf(object);
    const revision = labels["istio.io/rev"];
    if (revision === undefined && labels["istio-injection"] !== "enabled") return;
    const image = mesh.derive(injectors).get(injectorName(revision))?.proxyImage;
    if (image === undefined) return;
    const pods = podsWith(mesh, {}, name).flatMap((pod) => mismatches(pod, image, mesh));
    if (pods.length === 0) return;
    const names = pods.sort(byText);
    yield {
      path: ["metadata", "name"],
      message: `${names.join(", ")} of namespace ${name} run another proxy than ${image}.`,
      related: [...new Set(names)].map((pod) => ({
        kind: "Pod",
        namespace: name,
        name: pod,
        message: "Runs another proxy image.",
      })),
      istioctl: {
        message: `The Istio proxy images of the pods running in the namespace do not match the image defined in the injection configuration (pod names: ${listed(names)}). This often happens after upgrading the Istio control-plane and can be fixed by redeploying the pods.`,
      },
    };
  },
});

/** The pod's name, once for each proxy of another image. */
function mismatches(pod: KubeObject, image: string, mesh: MeshView): readonly string[] {
  if (annotationsOf(pod)["sidecar.istio.io/proxyImage"]) return [];
  const spec = new Field(pod).at("spec");
  const proxies = [...spec.at("containers").items(), ...spec.at("initContainers").items()].filter(
    (container) => container.at("name").text === "istio-proxy",
  );
  if (proxies.length === 0) return [];
  const allowed = [image, `${image}-${proxyImageType(pod, mesh)}`];
  return proxies
    .filter((proxy) => !allowed.includes(proxy.at("image").text ?? ""))
    .map(() => pod.metadata.name);
}
