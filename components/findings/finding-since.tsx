"use client";

import { Age } from "@/components/ui/age";
import { formatClock, formatDay, formatInstant } from "@/components/ui/format";
import { useNow } from "@/components/ui/use-now";
import type { FindingRow } from "@/server/config/finding-list";

const DAY_MS = 86_400_000;

/** For how long a finding is there; of one that nobody saw begin, before when it began. */
export function FindingSince({ since: { at, orEarlier } }: Pick<FindingRow, "since">) {
  const now = useNow();
  if (!orEarlier) return <Age at={at} relative="none" />;
  return (
    <time
      dateTime={new Date(at).toISOString()}
      title={`It was there when Quarterdeck first looked, ${formatInstant(at)}`}
      className="whitespace-nowrap text-ink-3"
      suppressHydrationWarning
    >
      before {now - at < DAY_MS ? formatClock(at) : formatDay(at)}
    </time>
  );
}
