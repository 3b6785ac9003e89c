import { isRecord } from "@/lib/k8s/json-value";
import type { KubeObject } from "@/lib/k8s/object";
import type { MeshView } from "@/lib/mesh/view";
import { Field } from "../field";
import type { Subject } from "../rule";
import { labelsOf } from "./pods";

const CONFIG_MAP = "istio-sidecar-injector";

/** What an injector's ConfigMap says. */
export interface InjectorConfig {
  /** `hub/image:tag` of the sidecars that it injects. */
  readonly proxyImage: string;
  readonly enableNamespacesByDefault: boolean;
}

/** The injectors of the mesh by the name of their ConfigMap. Reads ConfigMap. */
export function injectors(mesh: MeshView): ReadonlyMap<string, InjectorConfig> {
  return new Map(
    mesh
      .list("ConfigMap")
      .filter(({ metadata }) => metadata.name.startsWith(CONFIG_MAP))
      .map((configMap) => [configMap.metadata.name, injectorConfig(configMap)]),
  );
}

/** The name of the ConfigMap of a revision's injector; `default` and none have no suffix. */
export const injectorName = (revision: string | undefined): string =>
  !revision || revision === "default" ? CONFIG_MAP : `${CONFIG_MAP}-${revision}`;

function injectorConfig(configMap: KubeObject): InjectorConfig {
  const text = new Field(configMap).at("data", "values").text;
  const values = new Field(text === undefined ? undefined : jsonOf(text));
  const global = values.at("global");
  const image = global.at("proxy", "image").text ?? "";
  const { value } = values.at("sidecarInjectorWebhook", "enableNamespacesByDefault");
  return {
    // The injector takes an image with a slash for a full name.
    proxyImage: image.includes("/")
      ? image
      : text === undefined || !isRecord(values.value)
        ? ""
        : `${global.at("hub").text ?? ""}/${image}:${global.at("tag").text ?? ""}`,
    enableNamespacesByDefault: value === true,
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether nothing says if pods of a namespace get sidecars. */
export function isUndecided({ object, name }: Subject): boolean {
  const labels = labelsOf(object);
  if (name === "istio-system" || labels["istio.io/dataplane-mode"] === "ambient") return false;
  return !labels["istio-injection"] && !("istio.io/rev" in labels);
}

/** Whether namespaces that say nothing get sidecars. Reads ConfigMap. */
export const isEnabledByDefault = (mesh: MeshView): boolean =>
  mesh.derive(injectors).get(injectorName(undefined))?.enableNamespacesByDefault ?? false;
