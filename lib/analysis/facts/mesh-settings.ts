import type { MeshView } from "@/lib/mesh/view";
import { parseYaml } from "@/lib/yaml/parse";
import { Field } from "../field";

/** What the mesh's own configuration decides for rules. */
export interface MeshSettings {
  /** Where mesh-wide policies live. */
  readonly rootNamespace: string;
}

/** Reads ConfigMap: the mesh config that istiod was installed with, or Istio's defaults. */
export function meshSettings(mesh: MeshView): MeshSettings {
  const object = mesh.get("ConfigMap", "istio-system", "istio");
  const text = new Field(object).at("data", "mesh").text ?? "";
  const config = new Field(parseYaml(text).documents[0]?.value);
  return { rootNamespace: config.at("rootNamespace").text ?? "istio-system" };
}
