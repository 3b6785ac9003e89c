import type { Brand } from "./brand";

/** Milliseconds since the Unix epoch, read from the injected clock. */
export type Instant = Brand<number, "Instant">;

/** A length of time in milliseconds. */
export type Millis = Brand<number, "Millis">;

/** Marks a number of milliseconds since the Unix epoch as an instant. */
export const instant = (epochMs: number): Instant => epochMs as Instant;

/** Marks a number as a length of time in milliseconds. */
export const millis = (ms: number): Millis => ms as Millis;

/** A length of time given in seconds. */
export const seconds = (s: number): Millis => (s * 1000) as Millis;

/** The instant that lies `length` after `start`. */
export const after = (start: Instant, length: Millis): Instant => (start + length) as Instant;

/** The time from `start` to `end`; negative when `end` comes first. */
export const between = (start: Instant, end: Instant): Millis => (end - start) as Millis;
