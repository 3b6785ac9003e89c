import { kindIdOf } from "@/lib/istio/kinds";
import type { KubeObject } from "@/lib/k8s/object";
import { Field } from "./field";
import type { Subject } from "./rule";

/** An object as rules see it; undefined when its kind is not ours. */
export function subjectOf(object: KubeObject): Subject | undefined {
  const kind = kindIdOf(object);
  if (!kind) return undefined;
  const { namespace = "", name } = object.metadata;
  return { kind, namespace, name, object, fields: new Field(object) };
}
