import type { SimulationClock } from "@/sandbox/contracts";
import { type HeapTimer, TimerHeap } from "./timer-heap";

/** A clock that somebody drives and must stop. */
export interface DrivenClock extends SimulationClock {
  /** Lets time pass `speed` times as fast as the machine's from now on; zero stops it. */
  setSpeed(speed: number): void;
  /** Sets the clock forward, or back if negative, by `ms`. What waits keeps waiting as long as before. */
  jump(ms: number): void;
  /** Cancels everything that waits; `now` keeps working. */
  stop(): void;
}

/** A clock for tests: time passes only when told to. */
export interface ManualClock extends SimulationClock {
  /** Lets `ms` of virtual time pass, running what falls due in order. */
  advance(ms: number): void;
  /** When the next thing falls due; undefined where nothing waits. */
  nextDue(): number | undefined;
}

/** How far behind an interval may fall before its missed ticks are dropped (a machine slept). */
const MAX_MISSED_TICKS = 30;
/** and however short it is, it may fall behind by so much. */
const MAX_MISSED_MS = 3000;
/** setTimeout overflows beyond this. */
const MAX_TIMEOUT_MS = 2_000_000_000;
/** So long timers may run before requests that have come in meanwhile get their turn. */
const SLICE_MS = 8;

interface Timer extends HeapTimer {
  readonly run: (due: number) => void;
  /** Zero for a timer that runs once. */
  readonly period: number;
}

/** What waits, run in the order of its due times; while a timer runs, time stands at its due time. */
class Agenda {
  private readonly timers = new TimerHeap<Timer>();
  private count = 0;
  running: number | undefined;

  constructor(private readonly changed: () => void) {}

  add(due: number, period: number, run: (due: number) => void): () => void {
    const timer: Timer = { due, order: this.count++, run, period, place: -1 };
    this.timers.add(timer);
    if (this.next() === timer) this.changed();
    return () => {
      this.timers.remove(timer);
    };
  }

  next(): Timer | undefined {
    return this.timers.first();
  }

  /** @returns whether something is left that is due: `isOver` was asked after each timer */
  runUntil(now: number, isOver: () => boolean = () => false): boolean {
    for (let timer = this.next(); timer && timer.due <= now; timer = this.next()) {
      if (isOver()) return true;
      const { due, period } = timer;
      this.timers.remove(timer);
      if (period > 0) {
        const missed = now - due > Math.max(period * MAX_MISSED_TICKS, MAX_MISSED_MS);
        timer.due = missed ? now - ((now - due) % period) + period : due + period;
        this.timers.add(timer);
      }
      this.running = due;
      try {
        timer.run(due);
      } finally {
        this.running = undefined;
      }
    }
    return false;
  }

  clear(): void {
    this.timers.clear();
  }
}

const periodOf = (ms: number): number => {
  if (!(ms > 0)) throw new RangeError(`an interval needs a positive length, not ${ms}`);
  return ms;
};

/**
 * Virtual time that follows the machine's, `speed` times as fast, from `start` on.
 * Ticks fall on an exact grid and are made up for after a short stall.
 */
export function realTimeClock(options: { start?: number; speed?: number } = {}): DrivenClock {
  const { start = Date.now(), speed: firstSpeed = 1 } = options;
  let speed = firstSpeed;
  /** Where time stood when its speed last changed: by the agenda, and by the machine. */
  let since = { at: start, machine: performance.now() };
  /** What jumps add to the agenda's time, which knows none. */
  let ahead = 0;
  const passed = (): number => since.at + (performance.now() - since.machine) * speed;
  let wake: NodeJS.Timeout | undefined;
  let goOn: NodeJS.Immediate | undefined;
  let stopped = false;

  const arm = (): void => {
    clearTimeout(wake);
    if (goOn) return;
    const next = agenda.next();
    if (!next || stopped || speed === 0) return;
    const ms = Math.max(0, (next.due - passed()) / speed);
    wake = setTimeout(turn, Math.min(ms, MAX_TIMEOUT_MS));
  };
  const turn = (): void => {
    goOn = undefined;
    const until = performance.now() + SLICE_MS;
    try {
      const isLeft = agenda.runUntil(passed(), () => performance.now() > until);
      if (isLeft && !stopped) goOn = setImmediate(turn);
    } finally {
      arm();
    }
  };
  const agenda = new Agenda(() => {
    if (agenda.running === undefined) arm();
  });
  const agendaNow = (): number => agenda.running ?? Math.floor(passed());
  return {
    now: () => agendaNow() + ahead,
    every: (ms, tick) => agenda.add(agendaNow() + periodOf(ms), ms, (due) => tick(due + ahead)),
    after: (ms, run) => agenda.add(agendaNow() + Math.max(0, ms), 0, run),
    setSpeed(next) {
      since = { at: passed(), machine: performance.now() };
      speed = next;
      arm();
    },
    jump(ms) {
      ahead += ms;
    },
    stop() {
      stopped = true;
      clearTimeout(wake);
      clearImmediate(goOn);
      agenda.clear();
    },
  };
}

/** A clock that stands at `start` until it is advanced. */
export function manualClock(start = Date.UTC(2026, 0, 1)): ManualClock {
  let at = start;
  const agenda = new Agenda(() => undefined);
  const now = (): number => agenda.running ?? at;
  return {
    now,
    every: (ms, tick) => agenda.add(now() + periodOf(ms), ms, tick),
    after: (ms, run) => agenda.add(now() + Math.max(0, ms), 0, run),
    advance(ms) {
      const end = at + ms;
      agenda.runUntil(end);
      at = end;
    },
    nextDue: () => agenda.next()?.due,
  };
}
