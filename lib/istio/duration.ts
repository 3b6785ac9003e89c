import { type Millis, millis } from "@/lib/base/units";

const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

const WHOLE = /^[+-]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/;
/** As nearly all are written. */
const SIMPLE = /^(\d+)(ms|s|m|h)$/;
const PART = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g;

/**
 * A length of time as Istio writes it, which is Go's way: `1.5s`, `100ms`, `1h30m`.
 * Undefined for anything else, also for a number without a unit (save `0`).
 */
export function parseDuration(text: string): Millis | undefined {
  if (/^[+-]?0$/.test(text)) return millis(0);
  const simple = SIMPLE.exec(text);
  if (simple) return millis(Number(simple[1]) * (UNITS[simple[2] ?? ""] ?? 0));
  if (!WHOLE.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(PART)) {
    total += Number(amount) * (UNITS[unit ?? ""] ?? 0);
  }
  return millis(text.startsWith("-") ? -total : total);
}
