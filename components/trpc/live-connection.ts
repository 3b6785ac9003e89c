import type { LiveEvent } from "@/server/ports";

/** One stamped event of the stream. */
export interface StampedEvent {
  readonly id: string;
  readonly data: LiveEvent | { readonly topic: "reset" };
}

/** How the stream of this tab is doing. */
export interface ConnectionState {
  readonly state: "connecting" | "live" | "down";
  /** Since when, in milliseconds since the epoch. */
  readonly since: number;
}

/** Opens the stream once; the callbacks tell of it until it is closed. */
export type OpenStream = (
  lastEventId: string | undefined,
  on: {
    readonly opened: () => void;
    readonly event: (event: StampedEvent) => void;
    readonly lost: () => void;
    readonly ended: () => void;
  },
) => { close(): void };

const DOWN_AFTER_MS = 4_000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 4_000;

/** Keeps one stream open for ever, and says how that goes. */
export class LiveConnection {
  #state: ConnectionState;
  #stream: { close(): void } | undefined;
  #lastEventId: string | undefined;
  #downTimer: ReturnType<typeof setTimeout> | undefined;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #wait = FIRST_WAIT_MS;

  constructor(
    private readonly needs: {
      readonly open: OpenStream;
      /** The event that was the newest when the page was rendered. */
      readonly since: string | undefined;
      readonly now: () => number;
      readonly onEvent: (event: StampedEvent["data"]) => void;
      readonly onState: (state: ConnectionState) => void;
    },
  ) {
    this.#state = { state: "connecting", since: needs.now() };
    this.#lastEventId = needs.since;
  }

  start(): void {
    this.#lost();
    this.#connect();
  }

  close(): void {
    clearTimeout(this.#downTimer);
    clearTimeout(this.#retryTimer);
    this.#downTimer = undefined;
    this.#stream?.close();
    this.#stream = undefined;
  }

  #connect(): void {
    this.#stream = this.needs.open(this.#lastEventId, {
      opened: () => {
        clearTimeout(this.#downTimer);
        this.#downTimer = undefined;
        this.#wait = FIRST_WAIT_MS;
        this.#set("live");
      },
      event: ({ id, data }) => {
        this.#lastEventId = id;
        this.needs.onEvent(data);
      },
      lost: () => this.#lost(),
      ended: () => this.#retry(),
    });
  }

  /** The browser tries again by itself; short losses are not worth a word. */
  #lost(): void {
    if (this.#downTimer !== undefined || this.#state.state === "down") return;
    this.#set("connecting");
    this.#downTimer = setTimeout(() => this.#set("down"), DOWN_AFTER_MS);
  }

  /** The stream is over: the server stopped, or refused it. */
  #retry(): void {
    this.#lost();
    this.#stream = undefined;
    clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(() => this.#connect(), this.#wait);
    this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT_MS);
  }

  #set(state: ConnectionState["state"]): void {
    if (this.#state.state === state) return;
    this.#state = { state, since: this.needs.now() };
    this.needs.onState(this.#state);
  }
}
