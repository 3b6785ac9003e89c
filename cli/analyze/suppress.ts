import { CommandError } from "@/cli/command";
import type { Finding } from "@/lib/analysis/finding";
import { matchesGlob, objectTitle } from "@/lib/analysis/object-glob";

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
export const isSuppressedBy = (finding: Finding, suppressions: readonly Suppression[]): boolean => {
  const codes = [finding.code, ...finding.aliases];
  return suppressions.some(
    ({ code, glob }) => codes.includes(code) && matchesGlob(objectTitle(finding), glob),
  );
};
