import { groupBy } from "@/lib/base/group-by";
import { hasLabels } from "@/lib/k8s/label-selector";
import type { KubeObject } from "@/lib/k8s/object";
import { givenMeshConfig, meshConfig } from "@/lib/mesh/mesh-config";
import type { MeshView } from "@/lib/mesh/view";
import { parseYaml } from "@/lib/yaml/parse";
import { Field } from "../field";
import { annotationsOf, labelsOf } from "./pods";

/** ProxyConfigs by namespace. Reads ProxyConfig. */
const proxyConfigs = (mesh: MeshView): ReadonlyMap<string, readonly KubeObject[]> =>
  groupBy(mesh.list("ProxyConfig"), ({ metadata }) => metadata.namespace ?? "");

/**
 * The suffix of a pod's proxy image (`distroless`); empty for the default. The pod's own annotation
 * comes before ProxyConfigs of its labels, its namespace and the root namespace, and those before
 * the mesh config. Reads ConfigMap and ProxyConfig.
 */
export function proxyImageType(pod: KubeObject, mesh: MeshView): string {
  const { rootNamespace } = mesh.derive(meshConfig);
  const namespace = pod.metadata.namespace ?? "";
  const configs = mesh.derive(proxyConfigs);
  const own = namespace === rootNamespace ? [] : (configs.get(namespace) ?? []).map(specOf);
  const annotation = annotationsOf(pod)["proxy.istio.io/config"];
  const typeOf = (config: Field | undefined) => config?.at("image", "imageType").text;
  const matching = own.filter(
    (config) =>
      config.at("selector").exists &&
      hasLabels(labelsOf(pod), config.at("selector", "matchLabels").labels()),
  );
  const type =
    (annotation && typeOf(new Field(parseYaml(annotation).documents[0]?.value))) ??
    matching.map(typeOf).findLast((text) => text !== undefined) ??
    typeOf(own.findLast((config) => !config.at("selector").exists)) ??
    typeOf((configs.get(rootNamespace) ?? []).map(specOf).at(-1)) ??
    typeOf(new Field(mesh.derive(givenMeshConfig)).at("defaultConfig"));
  return type === undefined || type === "default" ? "" : type;
}

const specOf = (object: KubeObject): Field => new Field(object).at("spec");
