// The thread of a `WorkerEngine`.
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import type { EngineSettings, Question } from "./engine";
import { LocalEngine } from "./local-engine";
import { SliceWriter } from "./slice-writer";
import type { WorkerOrder, WorkerReply } from "./worker-engine";

const settings = workerData as EngineSettings;
const encoder = new TextEncoder();
const engine = new LocalEngine(settings, (text) => encoder.encode(text));
const writers = Array.from({ length: settings.slices }, () => new SliceWriter());

function obey(port: MessagePort, order: WorkerOrder): void {
  switch (order.type) {
    case "scraped": {
      const { slice, now } = order.reading;
      const part = writers[slice]?.part(order.reading);
      if (part) engine.take(slice, part, now);
      break;
    }
    case "forget":
      engine.forgetBefore(order.before);
      break;
    case "asked":
      void answer(port, order.id, order.question);
  }
}

/** Bytes change their thread without a copy. */
async function answer(port: MessagePort, id: number, question: Question): Promise<void> {
  let reply: WorkerReply;
  const bytes: Uint8Array[] = [];
  try {
    const found = await engine.ask(question);
    for (const piece of found.pieces) {
      bytes.push(typeof piece === "string" ? encoder.encode(piece) : piece);
    }
    reply = { id, answer: { ...found, pieces: bytes } };
  } catch (error) {
    reply = { id, error };
  }
  port.postMessage(
    reply,
    bytes.map(({ buffer }) => buffer as ArrayBuffer),
  );
}

parentPort?.on("message", (order: WorkerOrder) => {
  if (parentPort) obey(parentPort, order);
});
