import type { Field } from "../field";

type Labels = Readonly<Record<string, string>>;

/** Whether a webhook's selector takes in some labels; an absent selector takes in all. */
export function selectorTakes(selector: Field, labels: Labels): boolean {
  if (!selector.exists) return true;
  const wanted = Object.entries(selector.at("matchLabels").labels());
  return (
    wanted.every(([key, value]) => labels[key] === value) &&
    selector
      .at("matchExpressions")
      .items()
      .every((expression) => holds(expression, labels))
  );
}

function holds(expression: Field, labels: Labels): boolean {
  const key = expression.at("key").text ?? "";
  const values = expression.at("values").texts();
  const own = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (expression.at("operator").text) {
    case "In":
      return values.length > 0 && own !== undefined && values.includes(own);
    case "NotIn":
      return values.length > 0 && (own === undefined || !values.includes(own));
    case "Exists":
      return values.length === 0 && own !== undefined;
    case "DoesNotExist":
      return values.length === 0 && own === undefined;
    default:
      return false;
  }
}
