import type { FaultKind, FaultOf, FaultSpec } from "./fault-spec";

/** Ends a fault. */
export type Undo = () => void;

/** How to break each thing, and how to mend it; `undefined` for what is over at once. */
export type FaultEffects = {
  readonly [K in FaultKind]: (spec: FaultOf<K>, over: () => void) => Undo | undefined;
};

/** A fault that is in force, or that struck once. */
export interface Fault {
  readonly id: string;
  readonly spec: FaultSpec;
}

interface Active extends Fault {
  readonly undo: Undo;
  readonly timer: NodeJS.Timeout | undefined;
}

/** The faults in force. */
export class FaultRegistry {
  private readonly active = new Map<string, Active>();
  private count = 0;

  constructor(private readonly effects: FaultEffects) {}

  /** Those in force, the oldest first. */
  list(): readonly Fault[] {
    return [...this.active.values()].map(({ id, spec }) => ({ id, spec }));
  }

  /** Breaks something. What strikes only once is not listed afterwards. */
  set(spec: FaultSpec): Fault {
    const id = `${spec.kind}-${(this.count += 1)}`;
    const break_ = this.effects[spec.kind] as (
      spec: FaultSpec,
      over: () => void,
    ) => Undo | undefined;
    const undo = break_(spec, () => this.clear(id));
    if (undo) {
      const timer =
        spec.forMs === undefined ? undefined : setTimeout(() => this.clear(id), spec.forMs);
      timer?.unref();
      this.active.set(id, { id, spec, undo, timer });
    }
    return { id, spec };
  }

  /** Mends one fault; whether there was such a one. */
  clear(id: string): boolean {
    const fault = this.active.get(id);
    if (!fault) return false;
    this.active.delete(id);
    clearTimeout(fault.timer);
    fault.undo();
    return true;
  }

  /** Mends everything; the ids of what was in force. */
  clearAll(): readonly string[] {
    return [...this.active.keys()].filter((id) => this.clear(id));
  }
}
