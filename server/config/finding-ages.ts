import { findingKey, type ObjectFinding } from "@/lib/analysis/finding";
import type { Instant } from "@/lib/base/units";
import type { ObjectRef } from "@/lib/istio/kinds";
import type { MeshView } from "@/lib/mesh/view";
import { lastChange } from "./ownership";

/** Since when findings are there. */
export interface FindingAges {
  /**
   * Since when each finding of `view` is there: when it was first seen or, for those that were there
   * at the first look, when its object was last written; undefined where that is not recorded.
   */
  since(
    view: MeshView,
    findings: readonly ObjectFinding[],
    now: Instant,
  ): (finding: ObjectFinding) => Instant | undefined;
}

/** Remembers findings from one look to the next. One for each process; it forgets what is mended. */
export function findingAges(): FindingAges {
  let known: ReadonlyMap<string, Instant | undefined> | undefined;
  return {
    since(view, findings, now) {
      const before = known;
      const seen = new Map<string, Instant | undefined>();
      for (const finding of findings) {
        const key = findingKey(finding);
        const there = before === undefined || before.has(key);
        seen.set(key, there ? (before?.get(key) ?? changedAt(view, finding.object)) : now);
      }
      known = seen;
      return (finding) => seen.get(findingKey(finding));
    },
  };
}

function changedAt(view: MeshView, ref: ObjectRef | undefined): Instant | undefined {
  const object = ref && view.get(ref.kind, ref.namespace, ref.name);
  return object && lastChange(object)?.at;
}
