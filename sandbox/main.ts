import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { startApiServer } from "./api/api-server";
import { emptyCluster } from "./api/cluster-state";
import { kubeconfig } from "./api/kubeconfig";
import { makeTlsIdentity } from "./api/tls-identity";
import { realTimeClock } from "./clock";
import { startControlPlane } from "./control-plane/start-control-plane";
import { startControlServer } from "./faults/control-server";
import { faultEffects } from "./faults/fault-effects";
import { FaultRegistry } from "./faults/fault-registry";
import { RequestRules } from "./faults/request-rules";
import type { SandboxOptions } from "./options";
import { withOwnObjects } from "./manifests/own-objects";
import type { ManifestText } from "./manifests/parse-manifests";
import { startPrometheus } from "./prometheus/start-prometheus";
import { WorkerEngine } from "./prometheus/worker-engine";
import { seededRandom } from "./random";
import { CLUSTER_NAMESPACES } from "./scenarios/cluster-namespaces";
import { scenarioContent } from "./scenarios/registry";
import type { ScenarioContent } from "./scenarios/scenario";
import { startTraffic } from "./traffic/start-traffic";
import { startWorkloads } from "./workloads/start-workloads";

/** Where a running sandbox is reached. It is printed as one line of JSON. */
interface SandboxAddress {
  /** Path of a kubeconfig file. */
  readonly kubeconfig: string;
  readonly server: string;
  readonly prometheus: string;
  /** Where faults are set; the token of the kubeconfig opens it. */
  readonly control: string;
  /** Service discovery (JSON) of all scrape targets, for a Prometheus of one's own. */
  readonly targets: string;
}

/** The embedded cluster while it runs. */
export interface RunningSandbox {
  readonly address: SandboxAddress;
  stop(): Promise<void>;
}

const SCRAPE_INTERVAL_MS = 1000;
const WARM_UP_MS = 60_000;
const TOKEN_BYTES = 32;

/**
 * Starts the embedded cluster with everything in it, and manifests over the scenario.
 * @param prometheusWorker the bundle of `prometheus/worker.ts`: Prometheus then has a thread of its own
 * @throws UsageError for options and manifests that make no sense; when a port or folder cannot be used
 */
export async function startSandbox(
  options: SandboxOptions,
  manifests: readonly ManifestText[] = [],
  prometheusWorker?: URL,
): Promise<RunningSandbox> {
  const scenario = scenarioContent(options.scenario, options.seed);
  const stops: Stop[] = [];
  const stop = async (): Promise<void> => {
    for (const one of stops.splice(0).reverse()) await one();
  };
  try {
    return {
      address: await assemble(options, { scenario, manifests, prometheusWorker }, stops),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Starts part after part; how to stop each is added to `stops` as soon as it runs. */
async function assemble(
  options: SandboxOptions,
  content: {
    readonly scenario: ScenarioContent;
    readonly manifests: readonly ManifestText[];
    readonly prometheusWorker: URL | undefined;
  },
  stops: Stop[],
): Promise<SandboxAddress> {
  const { scenario, prometheusWorker } = content;
  const { scrapeIntervalMs = SCRAPE_INTERVAL_MS } = scenario;
  const folder = await stateFolder(options.state, stops);
  const identity = await makeTlsIdentity();
  const token = randomBytes(TOKEN_BYTES).toString("base64url");
  const clock = realTimeClock();
  stops.push(() => clock.stop());
  const identities = seededRandom(options.seed).fork("identities");
  const state = emptyCluster(clock, () => identities.next());
  for (const namespace of CLUSTER_NAMESPACES) state.store.create(namespace);
  for (const object of scenario.objects) state.store.create(object);
  const model = withOwnObjects(state, scenario.traffic, content.manifests);
  const workloads = startWorkloads(state.store, clock);
  stops.push(() => workloads.stop());
  workloads.settle();
  const controlPlane = startControlPlane({
    store: state.store,
    clock,
    network: state.network,
    seed: options.seed,
    trafficStats: {
      endpoint: (pod, cluster, address) => traffic.stats.endpoint(pod, cluster, address),
      metrics: (pod) => traffic.stats.metrics(pod),
    },
    reviews: () => state.objects.reviews.all(),
  });
  stops.push(() => controlPlane.stop());
  state.objects.webhookFailure = () => controlPlane.webhookFailure();
  const traffic = startTraffic({
    store: state.store,
    clock,
    seed: options.seed,
    distribution: controlPlane.distribution,
    logs: state.logs,
    model,
  });
  stops.push(() => traffic.stop());
  const faults = seededRandom(options.seed).fork("faults");
  const requests = new RequestRules(() => faults.next());
  const api = await startApiServer(state, {
    port: options.port,
    token,
    identity,
    faults: requests,
  });
  stops.push(() => api.close());
  const prometheus = await startPrometheus({
    clock,
    sources: () => [...controlPlane.metricSources(), ...traffic.metricSources()],
    scrapeIntervalMs,
    port: 0,
    makeEngine: prometheusWorker && ((settings) => new WorkerEngine(settings, prometheusWorker)),
  });
  stops.push(() => prometheus.stop());
  // Rates need a past, and nobody should have to wait for one.
  traffic.warmUp(WARM_UP_MS, prometheus.scrapeEveryMs, (now) => prometheus.scrape(now));
  const { store } = state;
  const breakable = { api, requests, clock, store, prometheus, controlPlane: controlPlane.faults };
  const registry = new FaultRegistry(faultEffects(breakable));
  stops.push(() => void registry.clearAll());
  const control = await startControlServer(registry, token);
  stops.push(() => control.stop());
  const path = join(folder, "kubeconfig");
  const controlPath = join(folder, "control.json");
  await rm(controlPath, { force: true });
  await writeFile(controlPath, JSON.stringify({ url: control.url, token }), { mode: 0o600 });
  // A file of an earlier run would keep its own rights.
  await rm(path, { force: true });
  const access = { server: api.url, ca: identity.ca, token, prometheus: prometheus.url };
  await writeFile(path, kubeconfig(access), { mode: 0o600 });
  return {
    kubeconfig: path,
    server: api.url,
    prometheus: prometheus.url,
    control: control.url,
    targets: prometheus.targetsUrl,
  };
}

type Stop = () => void | Promise<void>;

/** The path of the folder; a given one is kept, one that we make ourselves goes with us. */
async function stateFolder(given: string | undefined, stops: Stop[]): Promise<string> {
  if (given !== undefined) {
    const path = resolve(given);
    await mkdir(path, { recursive: true, mode: 0o700 });
    return path;
  }
  const path = await mkdtemp(join(tmpdir(), "quarterdeck-sandbox-"));
  stops.push(() => rm(path, { recursive: true, force: true }));
  return path;
}
