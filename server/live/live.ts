import type { Live, LiveEvent } from "../ports";

/** How many events a page may miss, while it reconnects, before it must ask for all again. */
const KEPT_EVENTS = 512;
/** A page that reads nothing is told to start over, instead of filling memory. */
const MAX_WAITING = 1_024;

type Stamped = { readonly id: string; readonly event: LiveEvent | { readonly topic: "reset" } };

/** The hub, and how the container ends it. */
export interface LiveHub extends Live {
  /** The id of the newest event: who has read everything just now goes on from here. */
  readonly lastEventId: string;
  /** Ends every stream, and each that is opened later. */
  close(): void;
}

/**
 * One hub for all pages of this process.
 *
 * Ids are `<epoch>-<number>`: a page that comes back with one that is kept gets what it missed;
 * any other page, new or from before a restart, is first told `reset`, and asks for all again.
 */
export function liveHub(epoch: string, keptEvents = KEPT_EVENTS): LiveHub {
  let kept: Stamped[] = [];
  let last = 0;
  const pages = new Set<Page>();
  const demand = new Set<(wanted: boolean) => void>();
  let closed = false;

  const join = (page: Page) => {
    pages.add(page);
    if (pages.size === 1) for (const listener of demand) listener(true);
  };
  const leave = (page: Page) => {
    if (pages.delete(page) && pages.size === 0) for (const listener of demand) listener(false);
  };

  /** What the page missed; undefined when that is not known any more. */
  function missed(lastEventId: string | undefined): Stamped[] | undefined {
    const [idEpoch, number] = lastEventId?.split("-") ?? [];
    const from = Number(number);
    if (idEpoch !== epoch || !Number.isInteger(from) || from > last) return undefined;
    const oldest = last - kept.length;
    return from < oldest ? undefined : kept.slice(from - oldest);
  }

  return {
    publish(event) {
      const stamped = { id: `${epoch}-${++last}`, event };
      kept.push(stamped);
      if (kept.length > keptEvents) kept = kept.slice(-keptEvents);
      for (const page of pages) page.send(stamped, `${epoch}-${last}`);
    },
    get lastEventId() {
      return `${epoch}-${last}`;
    },
    get listeners() {
      return pages.size;
    },
    onDemand(listener) {
      demand.add(listener);
      if (pages.size > 0) listener(true);
      return () => demand.delete(listener);
    },
    async *events(lastEventId, signal) {
      const page = new Page();
      const stop = () => page.end();
      signal.addEventListener("abort", stop, { once: true });
      if (signal.aborted || closed) stop();
      join(page);
      try {
        yield* missed(lastEventId) ?? [{ id: `${epoch}-${last}`, event: { topic: "reset" } }];
        yield* page.events();
      } finally {
        leave(page);
        signal.removeEventListener("abort", stop);
      }
    },
    close() {
      closed = true;
      for (const page of pages) page.end();
    },
  };
}

/** The events that wait for one page to read them. */
class Page {
  #waiting: Stamped[] = [];
  #ended = false;
  #wake: (() => void) | undefined;

  send(event: Stamped, resetId: string): void {
    if (this.#waiting.length >= MAX_WAITING) {
      this.#waiting = [{ id: resetId, event: { topic: "reset" } }];
    } else {
      this.#waiting.push(event);
    }
    this.#wake?.();
  }

  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  async *events(): AsyncGenerator<Stamped> {
    while (!this.#ended) {
      const ready = this.#waiting;
      this.#waiting = [];
      yield* ready;
      if (this.#waiting.length > 0 || this.#ended) continue;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
  }
}
