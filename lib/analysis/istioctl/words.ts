type Labels = Readonly<Record<string, string>>;

/** A text in quotes as Go prints it with `%q`. */
export const quoted = (text: string): string => JSON.stringify(text);

/** A list as Go prints it with `%v`: `[a b]`. */
export const listed = (items: readonly (string | number)[]): string => `[${items.join(" ")}]`;

/** A selector as Kubernetes prints it: `a=1,b=2`, by key. */
export const selectorText = (labels: Labels): string =>
  Object.entries(labels)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([key, value]) => `${key}=${value}`)
    .join(",");

/** The first key of a selector as `selectorText` has it; empty where it is. */
export const firstKey = (labels: Labels): string => Object.keys(labels).sort()[0] ?? "";

/** `namespace/name`, or the name alone. */
export const fullName = ({ namespace, name }: { namespace?: string; name: string }): string =>
  namespace ? `${namespace}/${name}` : name;

/** Texts in the order of their bytes. */
export const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
