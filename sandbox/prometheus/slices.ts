/** Work that lets others have their turn at each `yield`, if it has lasted long enough. */
export type Steps<T> = Generator<void, T, void>;

/** After how many things of a kind work comes to a `yield`. */
export const AT_ONCE = 500;

/** So long one piece of work may last before requests that have come in meanwhile are answered. */
const SLICE_MS = 8;

interface Task {
  /** Goes on until `until` (ms of `performance.now`). Whether it is done. */
  work(until: number): boolean;
}

const waiting: Task[] = [];

/** One slice for each turn of the event loop, whoever else waits: several would add up. */
function turn(): void {
  const task = waiting.shift();
  if (!task) return;
  if (!task.work(performance.now() + SLICE_MS)) waiting.push(task);
  if (waiting.length > 0) setImmediate(turn);
}

/** Does work in short slices, in turn with all other such work. Rejects with what it throws. */
export function inSlices<T>(steps: Steps<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const work = (until: number): boolean => {
      try {
        do {
          const step = steps.next();
          if (step.done) {
            resolve(step.value);
            return true;
          }
        } while (performance.now() < until);
        return false;
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
        return true;
      }
    };
    waiting.push({ work });
    if (waiting.length === 1) setImmediate(turn);
  });
}

/** Does work at once. */
export function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}
