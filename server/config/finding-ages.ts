import { findingKey, type ObjectFinding } from "@/lib/analysis/finding";
import type { Instant } from "@/lib/base/units";
import type { ObjectRef } from "@/lib/istio/kinds";
import type { MeshView } from "@/lib/mesh/view";
import { lastChange } from "./ownership";

/** Since when a finding is there, as far as anybody can know. */
export interface FindingAge {
  readonly at: Instant;
  /** It was there already when it was first looked for: it began at this time or at any before it. */
  readonly orEarlier: boolean;
}

/** Since when findings are there. */
export interface FindingAges {
  /**
   * Since when each finding of `view` is there. One that came between two looks began with the write
   * of an object that has part in it, where such a write is recorded.
   */
  since(
    view: MeshView,
    findings: readonly ObjectFinding[],
    now: Instant,
  ): (finding: ObjectFinding) => FindingAge;
}

/** Between looks that are no further apart, what is new is new now. */
const CLOSE_MS = 10_000;

/** Remembers findings from one look to the next. One for each process; it forgets what is mended. */
export function findingAges(): FindingAges {
  let known: ReadonlyMap<string, FindingAge> = new Map();
  let lookedAt: Instant | undefined;
  return {
    since(view, findings, now) {
      const [before, last] = [known, lookedAt];
      const began = (finding: ObjectFinding): FindingAge => {
        if (last === undefined) return { at: now, orEarlier: true };
        const writes = [finding.object, ...finding.related].flatMap((ref) => changedAt(view, ref));
        const write = Math.max(...writes.filter((at) => at <= now)) as Instant;
        if (write > last) return { at: write, orEarlier: false };
        return { at: now, orEarlier: now - last > CLOSE_MS };
      };
      const seen = new Map<string, FindingAge>();
      for (const finding of findings) {
        const key = findingKey(finding);
        seen.set(key, before.get(key) ?? began(finding));
      }
      known = seen;
      lookedAt = now;
      return (finding) => seen.get(findingKey(finding)) ?? { at: now, orEarlier: true };
    },
  };
}

function changedAt(view: MeshView, ref: ObjectRef | undefined): readonly Instant[] {
  const object = ref && view.get(ref.kind, ref.namespace, ref.name);
  const at = object && lastChange(object)?.at;
  return at === undefined ? [] : [at];
}
