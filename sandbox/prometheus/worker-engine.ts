import { Worker } from "node:worker_threads";
import type { MetricSource } from "../contracts";
import type { Answer, EngineSettings, PrometheusEngine, Question } from "./engine";
import { ScrapeRounds } from "./scrape-rounds";
import { SliceReader } from "./slice-reader";
import type { SliceReading } from "./slice-reading";

/** What the worker is told, in order. */
export type WorkerOrder =
  | { readonly type: "scraped"; readonly reading: SliceReading }
  | { readonly type: "forget"; readonly before: number }
  | { readonly type: "asked"; readonly id: number; readonly question: Question };

/** What the worker says: the answer to a question, or why it has none. */
export type WorkerReply =
  | { readonly id: number; readonly answer: Answer }
  | { readonly id: number; readonly error: unknown };

/** Far more than samples take; with a limit of 2 GB and more V8 lets garbage grow for longer. */
const MAX_HEAP_MB = 2000;

interface Waiting {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Keeps samples and answers in a thread of its own: a query of a large mesh then takes neither time
 * nor memory from the cluster. Targets are read here, at the same times and in the same order as
 * without the thread, so the samples are the same.
 *
 * @param script the bundle of `worker.ts`
 */
export class WorkerEngine implements PrometheusEngine {
  private readonly worker: Worker;
  private readonly rounds: ScrapeRounds;
  private readonly readers: readonly SliceReader[];
  private readonly waiting = new Map<number, Waiting>();
  private questions = 0;
  private isStopped = false;

  constructor(settings: EngineSettings, script: URL) {
    this.rounds = new ScrapeRounds(settings.slices);
    this.readers = Array.from({ length: settings.slices }, (_, slice) => new SliceReader(slice));
    this.worker = new Worker(script, {
      workerData: settings,
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
    });
    this.worker.on("message", (reply: WorkerReply) => this.heard(reply));
    // As an error of this thread would end the process.
    this.worker.on("error", (error) => {
      throw error;
    });
  }

  scrape(sources: () => readonly MetricSource[], now: number): void {
    const { slice, part } = this.rounds.next(sources);
    const reading = this.readers[slice]?.read(part, now);
    if (reading) this.order({ type: "scraped", reading }, [reading.values.buffer as ArrayBuffer]);
  }

  forgetBefore(time: number): void {
    this.order({ type: "forget", before: time });
  }

  ask(question: Question): Promise<Answer> {
    if (this.isStopped) return Promise.reject(new Error("Prometheus was stopped"));
    const id = this.questions++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.order({ type: "asked", id, question });
    });
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    await this.worker.terminate();
    for (const { reject } of this.waiting.values()) reject(new Error("Prometheus was stopped"));
    this.waiting.clear();
  }

  private order(order: WorkerOrder, transferred: readonly ArrayBuffer[] = []): void {
    if (!this.isStopped) this.worker.postMessage(order, transferred);
  }

  private heard(reply: WorkerReply): void {
    const waiting = this.waiting.get(reply.id);
    this.waiting.delete(reply.id);
    if ("answer" in reply) waiting?.resolve(reply.answer);
    else waiting?.reject(reply.error);
  }
}
