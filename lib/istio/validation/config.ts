import type { KubeObject } from "@/lib/k8s/object";
import { Field } from "@/lib/yaml/field";

/** One object as istiod validates it: what it is called, and its spec. */
export interface IstioConfig {
  readonly object: KubeObject;
  readonly name: string;
  readonly namespace: string;
  readonly spec: Field;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Reads an object; whatever it lacks reads as empty. */
export function istioConfig(object: KubeObject): IstioConfig {
  const root = new Field(object);
  const metadata = root.at("metadata");
  return {
    object,
    name: metadata.at("name").text ?? "",
    namespace: metadata.at("namespace").text ?? "",
    spec: root.at("spec"),
    labels: metadata.at("labels").labels(),
    annotations: metadata.at("annotations").labels(),
  };
}
