import type { Readable } from "node:stream";
import type { ApiRequest, Transport } from "@/server/cluster/transport";
import type { Clock } from "@/server/ports";

/** What lets a process run, stand still, or die between any two things that it waits for. */
export interface Gate {
  /** Nothing that the process waits for comes back until `thaw`. */
  freeze(): void;
  thaw(): void;
  /** Nothing ever comes back. */
  kill(): void;
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
  return {
    freeze: () => {
      frozen = true;
    },
    thaw: () => {
      frozen = false;
      for (const go of waiting.splice(0)) go();
    },
    kill: () => {
      dead = true;
      waiting = [];
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
  now: () => clock.now(),
  async sleep(length, signal) {
    await gate.pass();
    await clock.sleep(length, signal);
    await gate.pass();
  },
});

/** The requests of a process behind its gate: it may die before or after the server acts. */
export function gatedTransport(transport: Transport, gate: Gate): Transport {
  const streams = new Set<Readable>();
  return {
    async request(request: ApiRequest) {
      await gate.pass();
      try {
        return await transport.request(request);
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
