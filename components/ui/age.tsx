"use client";

import { formatInstant, formatRelative, NO_DATA } from "./format";
import { useNow } from "./use-now";

/** When something was, relative and running; the absolute time on hover and for machines. */
export function Age({
  at,
  relative = "ago",
}: {
  at: number | string | undefined;
  /** `ago` of an event, `old` of data, `none` for the bare length of time. */
  relative?: "ago" | "old" | "none";
}) {
  const now = useNow();
  const instant = typeof at === "string" ? Date.parse(at) : at;
  if (instant === undefined || Number.isNaN(instant)) return <span>{NO_DATA}</span>;
  return (
    <time
      dateTime={new Date(instant).toISOString()}
      title={formatInstant(instant)}
      className="whitespace-nowrap"
      suppressHydrationWarning
    >
      {now === 0
        ? formatInstant(instant)
        : formatRelative(withoutSkew(instant, now), now, relative)}
    </time>
  );
}

/** Clocks of two machines differ a little: what is said to be seconds ahead is now. */
function withoutSkew(instant: number, now: number): number {
  return instant > now && instant - now < 5_000 ? now : instant;
}
