/** One condition of an object's status, without the time since which it holds. */
export interface Condition {
  readonly type: string;
  readonly status: "True" | "False";
  readonly reason: string;
  readonly message: string;
}

/** A condition that holds. */
export const holds = (type: string, reason: string, message: string): Condition => ({
  type,
  status: "True",
  reason,
  message,
});

/** A condition that does not. */
export const fails = (type: string, reason: string, message: string): Condition => ({
  type,
  status: "False",
  reason,
  message,
});

/** `metav1.Condition` as it is stored. */
export interface StoredCondition extends Condition {
  readonly lastTransitionTime: string;
  readonly observedGeneration: number;
}

/** Conditions in the order of their types, each with the time since which it has its status. */
export const stored = (
  conditions: readonly Condition[],
  before: readonly StoredCondition[],
  { now, generation }: { readonly now: string; readonly generation: number },
): readonly StoredCondition[] =>
  [...conditions]
    .sort((a, b) => (a.type < b.type ? -1 : 1))
    .map((condition) => {
      const known = before.find(({ type }) => type === condition.type);
      const since = known?.status === condition.status ? known.lastTransitionTime : now;
      return { ...condition, lastTransitionTime: since, observedGeneration: generation };
    });
