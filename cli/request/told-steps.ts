import type { FileObject } from "@/cli/analyze/read-objects";
import { kindIdOf } from "@/lib/istio/kinds";
import { type KubeObject, objectKey } from "@/lib/k8s/object";
import { parsePath } from "@/lib/yaml/field-path";
import type { ProxyStep } from "./simulate-request";

/** A step as it is printed. */
export interface ToldStep {
  /** `name.namespace` of the pod. */
  readonly proxy: string;
  readonly step: string;
  /** Whether it decided, or was considered and passed over. */
  readonly taken: boolean;
  /** `VirtualService shop/reviews`; `null` where a default of Istio decides. */
  readonly object: string | null;
  /** `spec.http[0].match[1].uri`. */
  readonly path: string | null;
  readonly why: string;
  /** Where the field lies, for an object of a file. */
  readonly file?: string;
  readonly line?: number;
}

const keyOf = (object: KubeObject): string => `${kindIdOf(object) ?? ""}/${objectKey(object)}`;

/** Tells steps with the places of their fields in the files. */
export function stepTeller(files: readonly FileObject[]): (step: ProxyStep) => ToldStep {
  const homes = new Map<string, FileObject>();
  for (const file of files) if (file.draft) homes.set(keyOf(file.draft.object), file);
  return ({ proxy, step, taken, object, path, why }) => {
    const home = object && homes.get(keyOf(object));
    return {
      proxy,
      step,
      taken,
      object: object ? `${object.kind} ${objectKey(object)}` : null,
      path: path ?? null,
      why,
      ...(home && { file: home.file, line: home.place(parsePath(path ?? "") ?? []).line }),
    };
  };
}
