import { setTimeout as sleep } from "node:timers/promises";
import { emptyCluster } from "../api/cluster-state";
import { manualClock } from "../clock";
import { startControlPlane } from "../control-plane/start-control-plane";
import { startPrometheus } from "../prometheus/start-prometheus";
import { seededRandom } from "../random";
import { scenarioContent } from "../scenarios/registry";
import { startTraffic } from "../traffic/start-traffic";
import { startWorkloads } from "../workloads/start-workloads";
import { ask } from "./samples";

/** A sandbox whose time stands still until it is told to go on. */
export interface ScrapedSandbox {
  /** Of the embedded Prometheus. */
  readonly url: string;
  readonly targetsUrl: string;
  /** ms since the epoch */
  now(): number;
  /**
   * Lets `steps` times `stepMs` pass; each time waits until the other Prometheus, if there is one,
   * has every sample. Returns the time of the first of them.
   */
  advance(steps: number, stepMs: number, other: string | undefined): Promise<number>;
  stop(): Promise<void>;
}

const SEED = 7;
const SCRAPE_INTERVAL_MS = 1_000;

/**
 * The book shop on a clock of its own, scraped by the embedded Prometheus.
 *
 * @param start of its time, ms since the epoch
 */
export async function startScrapedSandbox(start: number): Promise<ScrapedSandbox> {
  const scenario = scenarioContent("bookinfo", SEED);
  const clock = manualClock(start);
  const identities = seededRandom(SEED).fork("identities");
  const state = emptyCluster(clock, () => identities.next());
  for (const name of ["default", "kube-system"]) {
    state.store.create({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
  }
  for (const object of scenario.objects) state.store.create(object);
  const workloads = startWorkloads(state.store, clock);
  workloads.settle();
  const { store, network, logs } = state;
  const controlPlane = startControlPlane({
    store,
    clock,
    network,
    seed: SEED,
    trafficStats: undefined,
  });
  const traffic = startTraffic({
    store,
    clock,
    seed: SEED,
    distribution: controlPlane.distribution,
    logs,
    model: scenario.traffic,
  });
  const prometheus = await startPrometheus({
    clock,
    sources: () => [...controlPlane.metricSources(), ...traffic.metricSources()],
    scrapeIntervalMs: SCRAPE_INTERVAL_MS,
    port: 0,
  });
  return {
    url: prometheus.url,
    targetsUrl: prometheus.targetsUrl,
    now: () => clock.now(),
    async advance(steps, stepMs, other) {
      const from = clock.now() + stepMs;
      for (let step = 0; step < steps; step += 1) {
        clock.advance(stepMs);
        if (other !== undefined) await untilScraped(prometheus.url, other, clock.now());
      }
      return from;
    },
    async stop() {
      await prometheus.stop();
      traffic.stop();
      controlPlane.stop();
      workloads.stop();
    },
  };
}

const PATIENCE_MS = 30_000;

/** Waits until `other` has as many series with a sample at `now` as the embedded one. */
async function untilScraped(own: string, other: string, now: number): Promise<void> {
  const time = String(now / 1_000);
  const query = 'count(last_over_time({__name__=~"(istio|pilot|envoy|citadel|galley).*"}[900ms]))';
  const expected = JSON.stringify((await ask(own, "query", { query, time })).result);
  let found: string | undefined;
  for (const until = performance.now() + PATIENCE_MS; performance.now() < until;) {
    found = JSON.stringify((await ask(other, "query", { query, time })).result);
    if (found === expected) return;
    await sleep(20);
  }
  throw new Error(
    `Prometheus did not scrape all samples of ${new Date(now).toISOString()}: ${found}, not ${expected}`,
  );
}
