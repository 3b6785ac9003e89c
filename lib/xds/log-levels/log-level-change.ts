import { z } from "zod";
import { type Instant, instant } from "@/lib/base/units";
import type { LogLevel } from "./log-level";

// What is stored may have been touched by people: it is read like any other input.
const At = z.number().transform((epochMs): Instant => instant(epochMs));
const Levels = z.record(z.string(), z.string());

/** A change of log levels that ends by itself, as it is stored. */
export const LogLevelChange = z.object({
  program: z.enum(["envoy", "istiod"]),
  /** Of the pod: another pod of the same name starts with levels of its own. */
  uid: z.string(),
  /** What each logger was before the first change. */
  from: Levels,
  /** What each logger was set to. */
  to: Levels,
  /** Who changed it, as the cluster knows them. */
  by: z.string(),
  at: At,
  /** When the levels go back. */
  until: At,
});
export type LogLevelChange = z.infer<typeof LogLevelChange>;

/**
 * What a change must set when it is over: each logger that still has the level that was set.
 * What somebody else set meanwhile stays, and so does what is gone.
 */
export function levelsToPutBack(
  { from, to }: Pick<LogLevelChange, "from" | "to">,
  now: readonly LogLevel[],
): Readonly<Record<string, string>> {
  const levels = new Map(now.map(({ name, level }) => [name, level]));
  return Object.fromEntries(Object.entries(from).filter(([name]) => levels.get(name) === to[name]));
}

/**
 * The change that results when `wanted` is set over what is now, on top of one that has not ended:
 * each logger goes back to what it was before the first.
 */
export function mergedLevels(
  before: Pick<LogLevelChange, "from" | "to"> | undefined,
  now: readonly LogLevel[],
  wanted: Readonly<Record<string, string>>,
): Pick<LogLevelChange, "from" | "to"> {
  const from: Record<string, string> = { ...before?.from };
  const to: Record<string, string> = { ...before?.to };
  for (const { name, level } of now) {
    const next = wanted[name];
    if (next === undefined || (next === level && from[name] === undefined)) continue;
    from[name] ??= level;
    to[name] = next;
  }
  return { from, to };
}
