import type { Readable } from "node:stream";
import type { ApiRequest, Transport } from "@/server/cluster/transport";
import { instant } from "@/lib/base/units";
import type { Clock } from "@/server/ports";
import { kindOf, type RequestKind } from "./watched-transport";

/** What lets a process run, stand still, or die between any two things that it waits for. */
export interface Gate {
  /** Nothing that the process waits for comes back until `thaw`. */
  freeze(): void;
  thaw(): void;
  /** Nothing ever comes back. */
  kill(): void;
  /** The process dies when the server has done such a request for it; then `died` is called. */
  arm(kind: RequestKind, died: () => void): void;
  /** Tells that the server has done a request. */
  did(kind: RequestKind): void;
  /** Lets the process's time of day jump by so many ms. */
  jump(ms: number): void;
  /** By how many ms its time of day is off. */
  readonly off: number;
  readonly isDead: boolean;
  readonly isFrozen: boolean;
  /** Resolves when the process may go on. */
  pass(): Promise<void>;
}

/** A gate that is open. */
export function openGate(): Gate {
  let frozen = false;
  let dead = false;
  let waiting: (() => void)[] = [];
  let armed: { readonly kind: RequestKind; readonly died: () => void } | undefined;
  let off = 0;
  const kill = () => {
    dead = true;
    waiting = [];
  };
  return {
    freeze: () => {
      frozen = true;
    },
    thaw: () => {
      frozen = false;
      for (const go of waiting.splice(0)) go();
    },
    kill,
    arm: (kind, died) => {
      armed = { kind, died };
    },
    did: (kind) => {
      if (dead || armed?.kind !== kind) return;
      const { died } = armed;
      kill();
      died();
    },
    jump: (ms) => {
      off += ms;
    },
    get off() {
      return off;
    },
    get isFrozen() {
      return frozen;
    },
    get isDead() {
      return dead;
    },
    pass: async () => {
      if (!frozen && !dead) return;
      await new Promise<void>((resolve) => {
        if (!dead) waiting.push(resolve);
      });
    },
  };
}

/** The clock of a process behind its gate. */
export const gatedClock = (clock: Clock, gate: Gate): Clock => ({
  now: () => instant(clock.now() + gate.off),
  async sleep(length, signal) {
    await gate.pass();
    await clock.sleep(length, signal);
    await gate.pass();
  },
});

/** What a process posts, behind its gate. */
export const gatedPost =
  (post: typeof fetch, gate: Gate): typeof fetch =>
  async (...request) => {
    await gate.pass();
    try {
      return await post(...request);
    } finally {
      await gate.pass();
    }
  };

/** The requests of a process behind its gate: it may die before or after the server acts. */
export function gatedTransport(transport: Transport, gate: Gate): Transport {
  const streams = new Set<Readable>();
  return {
    async request(request: ApiRequest) {
      await gate.pass();
      try {
        const answer = await transport.request(request);
        gate.did(kindOf(request));
        return answer;
      } finally {
        await gate.pass();
      }
    },
    async stream(request) {
      await gate.pass();
      const stream = await transport.stream(request);
      await gate.pass();
      streams.add(stream);
      stream.once("close", () => streams.delete(stream));
      return stream;
    },
    close() {
      for (const stream of streams) stream.destroy();
    },
  };
}
