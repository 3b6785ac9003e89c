"use client";

import { useSyncExternalStore } from "react";

/** The one clock of the page: every age on it moves at the same instant. */
const listeners = new Set<() => void>();
let now = 0;
let paused = false;
let timer: ReturnType<typeof setInterval> | undefined;

function tick(): void {
  if (paused) return;
  now = Date.now();
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (!timer) {
    timer = setInterval(tick, 1000);
    now = Date.now();
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

function read(): number {
  if (now === 0) now = Date.now();
  return now;
}

/** Milliseconds since the epoch, renewed each second; 0 while the server renders. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, read, () => 0);
}

/** Milliseconds since the epoch at this moment, for handlers of events. */
export const currentTime = (): number => Date.now();

/** Holds every age on the page still, or lets them run again. */
export function pauseClock(hold: boolean): void {
  paused = hold;
  if (!hold) tick();
}
