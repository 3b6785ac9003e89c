import { isRecord, sameJson } from "@/lib/k8s/json-value";
import type { KubeObject } from "@/lib/k8s/object";
import type { ObjectStore } from "@/sandbox/contracts";
import type { ObjectIndex } from "./object-index";

/** What the controllers of one cluster share. */
export interface ControllerContext {
  readonly store: ObjectStore;
  readonly index: ObjectIndex;
  /** A number that no pod was named for before. */
  nextPodNumber(): number;
  /** A new pod as it is stored: pending, or running at once while a scenario settles. */
  placed(pod: KubeObject): KubeObject;
}

/** Stores `wanted`, unless the object has all of its fields already: most looks find no work. */
export function updateIfNew(store: ObjectStore, known: KubeObject, wanted: KubeObject): void {
  const fields = Object.keys(wanted).filter((field) => field !== "metadata");
  const same = fields.every((field) => covers(known[field], wanted[field]));
  if (!same || !sameJson(known.metadata, wanted.metadata)) store.update(wanted);
}

/** Whether `known` says all that `wanted` does, beside defaults of its own. */
function covers(known: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(known) &&
      known.length === wanted.length &&
      wanted.every((item, index) => covers(known[index], item))
    );
  }
  if (!isRecord(wanted)) return known === wanted;
  if (!isRecord(known)) return Object.keys(wanted).length === 0 && known === undefined;
  return Object.keys(wanted).every(
    (field) => wanted[field] === undefined || covers(known[field], wanted[field]),
  );
}
