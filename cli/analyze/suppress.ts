import { CommandError } from "@/cli/command";
import type { Finding } from "@/lib/analysis/finding";

/** `CODE=GLOB`: findings of this code on objects whose name matches are left out. */
export interface Suppression {
  readonly code: string;
  /** Matches istioctl's name of an object, `Kind name.namespace`; `*` is any text. */
  readonly glob: string;
}

/** Reads one `--suppress`. @throws CommandError */
export function suppressionOf(text: string): Suppression {
  const at = text.indexOf("=");
  const code = text.slice(0, at).trim();
  const glob = text.slice(at + 1).trim();
  if (at >= 0 && code !== "" && glob !== "") return { code, glob };
  throw new CommandError(
    `--suppress takes CODE=GLOB, as in 'IST0101=VirtualService reviews.*', not '${text}'`,
  );
}

/** Whether one of `suppressions` covers the finding. */
export const isSuppressedBy = (
  { code, aliases, kind, name, namespace }: Finding,
  suppressions: readonly Suppression[],
): boolean => {
  const object = `${kind} ${namespace ? `${name}.${namespace}` : name}`;
  return suppressions.some(
    (one) => (one.code === code || aliases.includes(one.code)) && matchesGlob(object, one.glob),
  );
};

/** Takes each piece at its first place: linear, and no other choice can match more. */
function matchesGlob(text: string, glob: string): boolean {
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
