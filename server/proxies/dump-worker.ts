import { parentPort } from "node:worker_threads";
import { AppError } from "@/lib/base/errors";
import { HeldDumps } from "./dump-reader";
import type { DumpError, DumpOrder, DumpReply } from "./dump-thread";

/** The thread of `dumpThread`: reads what it is given, and answers what it is asked. */
const dumps = new HeldDumps();

parentPort?.on("message", (order: DumpOrder) => {
  switch (order.type) {
    case "hold":
      reply("hold", order.id, () => dumps.hold(order.id, order.texts));
      return;
    case "ask":
      reply("ask", order.call, () => dumps.ask(order.id, order.question, order.other));
      return;
    case "drop":
      dumps.drop(order.id);
  }
});

function reply(type: DumpReply["type"], call: number, act: () => unknown): void {
  let said: DumpReply;
  try {
    said = { type, call, answer: act() };
  } catch (error) {
    said = { type, call, error: plainError(error) };
  }
  parentPort?.postMessage(said);
}

const plainError = (error: unknown): DumpError =>
  error instanceof AppError
    ? { code: error.code, message: error.message, hint: error.hint }
    : { code: undefined, message: String(error), hint: undefined };
