import type { GoType } from "./go-types";

/** A map of texts. */
export const TEXTS: GoType = { map: "string" };

/** A list of a type. */
export const list = (item: GoType): GoType => ({ list: item });

/** A struct with these fields. */
export const fields = (record: Readonly<Record<string, GoType>>): GoType => ({
  fields: record,
});

/** A struct whose fields have one type, but for some others. */
export function of(
  type: GoType,
  names: string,
  others: Readonly<Record<string, GoType>> = {},
): GoType {
  const named = names.split(" ").filter(Boolean);
  return fields({
    ...Object.fromEntries(named.map((name) => [name, type])),
    ...others,
  });
}

/** metav1.LabelSelector. */
export const LABEL_SELECTOR = fields({
  matchLabels: TEXTS,
  matchExpressions: list(of("string", "key operator", { values: list("string") })),
});
/** A list of metav1.Condition. */
export const CONDITIONS = list(
  of("string", "type status reason message", {
    lastTransitionTime: "time",
    observedGeneration: "int",
  }),
);
