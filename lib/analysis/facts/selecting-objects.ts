import { groupBy } from "@/lib/base/group-by";
import type { KubeObject } from "@/lib/k8s/object";
import type { MeshView } from "@/lib/mesh/view";
import { Field } from "../field";
import { podsWith } from "./pods";
import { selectorField } from "./selectors";

type Kind = "Sidecar" | "Telemetry";

/** Which objects of a kind select pods of their namespace, and which have no selector. */
export interface Selecting {
  /** The selecting objects of each pod. */
  readonly ofPod: ReadonlyMap<KubeObject, readonly KubeObject[]>;
  /** The pods that an object selects. */
  readonly podsOf: ReadonlyMap<KubeObject, readonly KubeObject[]>;
  /** Objects without a selector, by namespace. */
  readonly defaults: ReadonlyMap<string, readonly KubeObject[]>;
}

/** Sidecars and the pods that they select. Reads Sidecar and Pod. */
export const selectingSidecars = (mesh: MeshView): Selecting => selecting("Sidecar", mesh);

/** Telemetries and the pods that they select. Reads Telemetry and Pod. */
export const selectingTelemetries = (mesh: MeshView): Selecting => selecting("Telemetry", mesh);

function selecting(kind: Kind, mesh: MeshView): Selecting {
  const ofPod = new Map<KubeObject, KubeObject[]>();
  const podsOf = new Map<KubeObject, readonly KubeObject[]>();
  const defaults: KubeObject[] = [];
  for (const object of mesh.list(kind)) {
    const fields = new Field(object);
    const labels = selectorField({ kind, fields }).labels();
    if (Object.keys(labels).length === 0) {
      // A Telemetry with an empty selector is no default and selects nothing; a Sidecar is one.
      if (kind === "Sidecar" || !fields.at("spec", "selector").exists) defaults.push(object);
      continue;
    }
    const pods = podsWith(mesh, labels, object.metadata.namespace ?? "");
    podsOf.set(object, pods);
    for (const pod of pods) ofPod.set(pod, [...(ofPod.get(pod) ?? []), object]);
  }
  return { ofPod, podsOf, defaults: groupBy(defaults, ({ metadata }) => metadata.namespace ?? "") };
}
