import type { Client } from "./client";

/** What a check works with. */
export interface Bench {
  readonly product: Client;
  /** Where the product and its Prometheus are. */
  readonly url: string;
  readonly prometheus: string;
  /** When the product was up, by `performance.now()`. */
  readonly startedAt: number;
  /** Kills the product and starts it again where it was. */
  crash(): Promise<void>;
}

/** One thing that must hold on the real mesh; `run` returns its figures in a few words. */
export interface Check {
  readonly title: string;
  readonly run: (bench: Bench) => Promise<string>;
}

/** @throws Error with `message` unless it holds */
export function must(holds: boolean, message: string): asserts holds {
  if (!holds) throw new Error(message);
}

/** @throws Error naming what differs unless both hold the same texts, in whatever order */
export function mustEqual(got: readonly string[], wanted: readonly string[], what: string): void {
  const [here, there] = [[...got].sort(), [...wanted].sort()];
  if (JSON.stringify(here) === JSON.stringify(there)) return;
  const missing = there.filter((text) => !here.includes(text));
  const extra = here.filter((text) => !there.includes(text));
  throw new Error(
    `${what}: ${got.length} of ${wanted.length}; missing ${JSON.stringify(missing.slice(0, 3))}, too many ${JSON.stringify(extra.slice(0, 3))}`,
  );
}

/** @throws Error unless one is there */
export function found<T>(value: T | undefined | null, what: string): T {
  if (value === undefined || value === null) throw new Error(`there is no ${what}`);
  return value;
}

export const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Asks until there is an answer, and returns it with the seconds that it took. Errors meanwhile
 * count as no answer. @throws Error with the last of them after `patience` seconds
 */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T | undefined | false>,
  patience = 30,
): Promise<{ readonly value: T; readonly seconds: number }> {
  const began = performance.now();
  let last = "";
  for (;;) {
    try {
      const value = await ask();
      if (value !== undefined && value !== false) {
        return { value, seconds: (performance.now() - began) / 1000 };
      }
      last = "";
    } catch (error) {
      last = `: ${error instanceof Error ? error.message : String(error)}`;
    }
    if (performance.now() - began > patience * 1000) {
      throw new Error(`${what} did not come within ${patience} s${last}`);
    }
    await pause(300);
  }
}

/** `1.4 s` */
export const inSeconds = (seconds: number): string => `${seconds.toFixed(1)} s`;
