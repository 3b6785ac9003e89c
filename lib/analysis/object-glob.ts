import type { Finding } from "./finding";

/** istioctl's name of an object: `Kind name.namespace`. */
export const objectTitle = ({
  kind,
  namespace,
  name,
}: Pick<Finding, "kind" | "namespace" | "name">): string =>
  `${kind} ${namespace ? `${name}.${namespace}` : name}`;

/** Whether a text matches a glob in which `*` is any text. Linear: each piece takes its first place. */
export function matchesGlob(text: string, glob: string): boolean {
  const [first = "", ...rest] = glob.split("*");
  const last = rest.pop();
  if (last === undefined) return text === glob;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const piece of rest) {
    const found = text.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return text.length - at >= last.length && text.endsWith(last);
}
