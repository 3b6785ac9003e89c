/** What a heap orders: by time, then by the order in which it was added. */
export interface HeapTimer {
  due: number;
  readonly order: number;
  /** Its place in the heap, kept by the heap; -1 outside of it. */
  place: number;
}

const isBefore = (a: HeapTimer, b: HeapTimer): boolean =>
  a.due < b.due || (a.due === b.due && a.order < b.order);

/** Timers, the next one first: adding and removing cost the logarithm of their number. */
export class TimerHeap<T extends HeapTimer> {
  private timers: T[] = [];

  first(): T | undefined {
    return this.timers[0];
  }

  add(timer: T): void {
    timer.place = this.timers.length;
    this.timers.push(timer);
    this.rise(timer);
  }

  /** Does nothing for a timer that is not here. */
  remove(timer: T): void {
    const { place } = timer;
    if (place < 0) return;
    const last = this.timers.pop();
    timer.place = -1;
    if (!last || last === timer) return;
    this.put(last, place);
    this.rise(last);
    this.sink(last);
  }

  clear(): void {
    for (const timer of this.timers) timer.place = -1;
    this.timers = [];
  }

  private put(timer: T, place: number): void {
    this.timers[place] = timer;
    timer.place = place;
  }

  private rise(timer: T): void {
    for (;;) {
      const above = (timer.place - 1) >> 1;
      const parent = timer.place > 0 ? this.timers[above] : undefined;
      if (!parent || !isBefore(timer, parent)) return;
      this.put(parent, timer.place);
      this.put(timer, above);
    }
  }

  private sink(timer: T): void {
    for (;;) {
      const left = this.timers[2 * timer.place + 1];
      const right = this.timers[2 * timer.place + 2];
      const child = left && right && isBefore(right, left) ? right : left;
      if (!child || !isBefore(child, timer)) return;
      const below = child.place;
      this.put(child, timer.place);
      this.put(timer, below);
    }
  }
}
