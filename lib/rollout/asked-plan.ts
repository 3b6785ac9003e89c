/** A plan as its object says it now, beside the one that was started. */
export interface AskedPlan {
  /** The same text has the same version: what was compared is not compared again. */
  readonly version: string;
  /** Fields that differ from the plan in force; empty where none does. */
  readonly edits: readonly string[];
}
