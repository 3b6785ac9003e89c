/** Whether `labels` has all of `selector`; an empty selector selects nothing, as in a Service. */
export function selects(
  selector: Readonly<Record<string, string>>,
  labels: Readonly<Record<string, string>>,
): boolean {
  let wanted = false;
  for (const key in selector) {
    if (labels[key] !== selector[key]) return false;
    wanted = true;
  }
  return wanted;
}

/** The same text for selectors that select the same. */
export const selectorKey = (selector: Readonly<Record<string, string>>): string =>
  JSON.stringify(Object.entries(selector).sort());
