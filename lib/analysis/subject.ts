import { type KindId, kindIdOf } from "@/lib/istio/kinds";
import type { KubeObject } from "@/lib/k8s/object";
import { Field } from "./field";
import type { Subject } from "./rule";

/** An object as rules see it; undefined when its kind is not ours. */
export function subjectOf(
  object: KubeObject,
  kind: KindId | undefined = kindIdOf(object),
): Subject | undefined {
  return kind && new ObjectSubject(object, kind);
}

class ObjectSubject implements Subject {
  readonly namespace: string;
  readonly name: string;
  readonly fields: Field;
  private facts: Map<unknown, unknown> | undefined;

  constructor(
    readonly object: KubeObject,
    readonly kind: KindId,
  ) {
    this.namespace = object.metadata.namespace ?? "";
    this.name = object.metadata.name;
    this.fields = new Field(object);
  }

  derive<T>(compute: (subject: Subject) => T): T {
    const facts = (this.facts ??= new Map());
    if (!facts.has(compute)) facts.set(compute, compute(this));
    return facts.get(compute) as T;
  }
}
