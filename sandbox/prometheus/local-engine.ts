import type { MetricSource } from "../contracts";
import { apiAnswer } from "./answer";
import type {
  Answer,
  EngineSettings,
  EngineState,
  PrometheusEngine,
  Question,
  ServedSite,
  Site,
} from "./engine";
import { serveSite, type SiteServer } from "./http-api";
import type { SlicePart } from "./scrape-rounds";
import { Scraper } from "./scraper";
import { inSlices } from "./slices";
import { targetsAnswer } from "./targets-answer";
import { TimeSeriesStore } from "./time-series-store";

/** Keeps samples and answers in the thread that it is made in, a slice of work at a time. */
export class LocalEngine implements PrometheusEngine {
  private readonly store: TimeSeriesStore;
  private readonly nothing: TimeSeriesStore;
  private readonly scraper: Scraper;
  private readonly servers: SiteServer[] = [];

  constructor(private readonly settings: EngineSettings) {
    this.store = new TimeSeriesStore(settings.retentionMs);
    this.nothing = new TimeSeriesStore(settings.retentionMs);
    this.scraper = new Scraper(this.store, settings.slices);
  }

  scrape(sources: () => readonly MetricSource[], now: number): void {
    this.scraper.scrape(sources, now);
  }

  /** The scrape of one slice by somebody who gives the turns. */
  take(slice: number, part: SlicePart, now: number): void {
    this.scraper.take(slice, part, now);
  }

  forgetBefore(time: number): void {
    this.store.forgetBefore(time);
    this.scraper.prune();
    void inSlices(this.store.prune());
  }

  async serve(
    site: Site,
    state: () => EngineState | Promise<EngineState>,
    port: number,
  ): Promise<ServedSite> {
    const server = await serveSite({ site, state, ask: (question) => this.ask(question) }, port);
    this.servers.push(server);
    return server;
  }

  private async ask(question: Question): Promise<Answer> {
    const { site, now, fault } = question;
    if (site === "targets") return targetsAnswer(this.scraper.targets, question);
    const { scrapeIntervalMs, startedAt } = this.settings;
    const api = {
      store: fault?.kind === "empty" ? this.nothing : this.store,
      scraper: this.scraper,
      scrapeIntervalMs,
      startedAt,
      now: () => now,
      fault: () => fault,
    };
    return inSlices(apiAnswer(api, question));
  }

  async stop(): Promise<void> {
    await Promise.all(this.servers.splice(0).map((server) => server.stop()));
  }
}
