import { Worker } from "node:worker_threads";
import type { MetricSource } from "../contracts";
import type { EngineSettings, EngineState, PrometheusEngine, ServedSite, Site } from "./engine";
import { ScrapeRounds } from "./scrape-rounds";
import { SliceReader } from "./slice-reader";
import type { SliceReading } from "./slice-reading";

/** What the worker is told, in order. */
export type WorkerOrder =
  | { readonly type: "scraped"; readonly reading: SliceReading }
  | { readonly type: "forget"; readonly before: number }
  | { readonly type: "serve"; readonly site: Site; readonly port: number }
  | { readonly type: "disconnect"; readonly site: Site }
  /** How things are at a request. */
  | { readonly type: "state"; readonly id: number; readonly state: EngineState };

/** What the worker says: that it serves a site or cannot, or that a request has come to one. */
export type WorkerReply =
  | { readonly type: "served"; readonly site: Site; readonly url: string }
  | { readonly type: "refused"; readonly site: Site; readonly error: unknown }
  | { readonly type: "requested"; readonly site: Site; readonly id: number };

interface WorkerSite {
  readonly state: () => EngineState;
  readonly served: (url: string) => void;
  readonly refused: (error: unknown) => void;
}

/** Far more than samples take; with a limit of 2 GB and more V8 lets garbage grow for longer. */
const MAX_HEAP_MB = 2000;

/**
 * Keeps samples and serves them in a thread of its own: a query of a large mesh then takes neither
 * time nor memory from the cluster. Each request asks here how things are, so all that was scraped
 * before it is there. Targets are read here, at the same times and in the same order as
 * without the thread, so the samples are the same.
 *
 * @param script the bundle of `worker.ts`
 */
export class WorkerEngine implements PrometheusEngine {
  private readonly worker: Worker;
  private readonly rounds: ScrapeRounds;
  private readonly readers: readonly SliceReader[];
  private readonly sites = new Map<Site, WorkerSite>();
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

  serve(site: Site, state: () => EngineState, port: number): Promise<ServedSite> {
    return new Promise((resolve, reject) => {
      const disconnect = () => this.order({ type: "disconnect", site });
      this.sites.set(site, {
        state,
        served: (url) => resolve({ url, disconnect }),
        refused: reject,
      });
      this.order({ type: "serve", site, port });
    });
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    await this.worker.terminate();
  }

  private order(order: WorkerOrder, transferred: readonly ArrayBuffer[] = []): void {
    if (!this.isStopped) this.worker.postMessage(order, transferred);
  }

  private heard(reply: WorkerReply): void {
    const site = this.sites.get(reply.site);
    if (!site) return;
    switch (reply.type) {
      case "served":
        site.served(reply.url);
        break;
      case "refused":
        site.refused(reply.error);
        break;
      case "requested":
        this.order({ type: "state", id: reply.id, state: site.state() });
    }
  }
}
