import { Worker } from "node:worker_threads";
import { AppError, type ErrorCode } from "@/lib/base/errors";
import type { DumpAnswers, DumpQuestion } from "./dump-answers";
import type { DumpId, DumpReader, DumpTexts } from "./dump-reader";

/** What the thread is told, in order. */
export type DumpOrder =
  | { readonly type: "hold"; readonly id: DumpId; readonly texts: DumpTexts }
  | {
      readonly type: "ask";
      /** Which answer belongs to it. */
      readonly call: number;
      readonly id: DumpId;
      readonly other: DumpId | undefined;
      readonly question: DumpQuestion;
    }
  | { readonly type: "drop"; readonly id: DumpId };

/** What the thread says: `call` is that of the question, or the id of the dump that it was to hold. */
export interface DumpReply {
  readonly type: "hold" | "ask";
  readonly call: number;
  readonly answer?: unknown;
  readonly error?: DumpError;
}

/** An error on its way between threads; without a code it is a bug. */
export interface DumpError {
  readonly code: ErrorCode | undefined;
  readonly message: string;
  readonly hint: string | undefined;
}

/** A dump of a very large mesh takes ten times its text. */
const MAX_HEAP_MB = 1500;
/** The thread ends when nobody asked for so long: its memory is given back at once. */
const IDLE_MS = 60_000;

interface Waiting {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Reads dumps in a thread of its own, which runs only while somebody looks: a dump of tens of
 * megabytes then holds up no other request. A thread that fails or ends loses what it held, which
 * those who ask learn as `expired`.
 *
 * @param script the bundle of `dump-worker.ts`
 */
export function dumpThread(script: string): DumpReader {
  let running: { readonly worker: Worker; readonly waiting: Map<string, Waiting> } | undefined;
  let last = 0;
  let idle: NodeJS.Timeout | undefined;

  function thread(): NonNullable<typeof running> {
    if (running) return running;
    const worker = new Worker(script, { resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB } });
    const started = { worker, waiting: new Map<string, Waiting>() };
    const ended = (reason: string) => {
      if (running === started) running = undefined;
      const error = new AppError("expired", reason, { hint: "Ask again." });
      for (const { reject } of started.waiting.values()) reject(error);
      started.waiting.clear();
    };
    worker.on("message", ({ type, call, answer, error }: DumpReply) => {
      const key = `${type} ${call}`;
      const waiting = started.waiting.get(key);
      started.waiting.delete(key);
      if (error) waiting?.reject(errorOf(error));
      else waiting?.resolve(answer);
    });
    worker.on("error", (error) => ended(`The thread that reads dumps failed: ${error.message}`));
    worker.on("exit", () => ended("This dump is not held any more"));
    // The process may end while it runs.
    worker.unref();
    running = started;
    return started;
  }

  function rest(): void {
    const { worker, waiting } = running ?? {};
    if (!worker) return;
    if (waiting && waiting.size > 0) stayAwake();
    else {
      running = undefined;
      void worker.terminate();
    }
  }

  function stayAwake(): void {
    clearTimeout(idle);
    idle = setTimeout(rest, IDLE_MS).unref();
  }

  function call(type: DumpReply["type"], id: number, order: DumpOrder): Promise<unknown> {
    const { worker, waiting } = thread();
    stayAwake();
    return new Promise((resolve, reject) => {
      waiting.set(`${type} ${id}`, { resolve, reject });
      worker.postMessage(order);
    });
  }

  return {
    async hold(texts) {
      last += 1;
      const id = last;
      await call("hold", id, { type: "hold", id, texts });
      return id;
    },
    ask<Ask extends keyof DumpAnswers>(id: DumpId, question: DumpQuestion, other?: DumpId) {
      last += 1;
      const order: DumpOrder = { type: "ask", call: last, id, other, question };
      return call("ask", last, order) as Promise<DumpAnswers[Ask]>;
    },
    drop: (id) => running?.worker.postMessage({ type: "drop", id } satisfies DumpOrder),
    close() {
      clearTimeout(idle);
      void running?.worker.terminate();
    },
  };
}

const errorOf = ({ code, message, hint }: DumpError): Error =>
  code ? new AppError(code, message, { hint }) : new Error(message);
