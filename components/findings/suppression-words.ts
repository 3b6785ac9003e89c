import type { Suppression } from "@/lib/analysis/finding";

/** Why a finding does not count, until when, and who says so. */
export const suppressionWords = ({ by, reason, until }: Suppression): string =>
  [
    reason ?? "no reason given",
    until === undefined ? "without end" : `until ${until}`,
    `by ${by}`,
  ].join(", ");
