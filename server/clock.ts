import { randomBytes } from "node:crypto";
import { type Instant, instant, type Millis, millis } from "@/lib/base/units";
import type { Clock } from "./ports";

/** The time of this machine. */
export const systemClock: Clock = {
  now: (): Instant => instant(Date.now()),
  sleep: (length, signal) =>
    new Promise<void>((resolve, reject) => {
      if (signal?.aborted) {
        reject(reasonOf(signal));
        return;
      }
      const onAbort = () => {
        clearTimeout(timer);
        if (signal) reject(reasonOf(signal));
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      }, length);
      signal?.addEventListener("abort", onAbort, { once: true });
    }),
};

const reasonOf = (signal: AbortSignal): Error =>
  signal.reason instanceof Error ? signal.reason : new Error("aborted", { cause: signal.reason });

/** A number in [0, 1). */
export type Random = () => number;

/** The randomness of this machine; no secrets are made of it. */
export const systemRandom: Random = () => Math.random();

/**
 * `length` and up to as much again, so that what fails together does not come back together.
 * Source: client-go wait.Jitter with factor 1.
 */
export const jittered = (length: Millis, random: Random): Millis =>
  millis(Math.round(length * (1 + random())));

/** An unguessable identifier: 16 hexadecimal digits. */
export const randomId = (): string => randomBytes(8).toString("hex");
