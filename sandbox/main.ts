import { randomBytes, randomInt } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { startApiServer } from "./api/api-server";
import { emptyCluster } from "./api/cluster-state";
import { kubeconfig } from "./api/kubeconfig";
import { makeTlsIdentity } from "./api/tls-identity";
import { realTimeClock } from "./clock";
import { startControlPlane } from "./control-plane/start-control-plane";
import { type SandboxOptions, UsageError } from "./options";
import { startPrometheus } from "./prometheus/start-prometheus";
import { scenarioNamed, SCENARIOS } from "./scenarios/registry";
import type { Scenario } from "./scenarios/scenario";
import { startTraffic } from "./traffic/start-traffic";
import { startWorkloads } from "./workloads/start-workloads";

/** Where a running sandbox is reached. It is printed as one line of JSON. */
export interface SandboxAddress {
  /** Path of a kubeconfig file. */
  readonly kubeconfig: string;
  readonly server: string;
  readonly prometheus: string;
}

/** The embedded cluster while it runs. */
export interface RunningSandbox {
  readonly address: SandboxAddress;
  stop(): Promise<void>;
}

const SCRAPE_INTERVAL_MS = 1000;
const WARM_UP_MS = 60_000;
const UID_RANGE = 2 ** 32;
const TOKEN_BYTES = 32;

/** Starts the embedded cluster with everything in it. @throws when a port or folder cannot be used */
export async function startSandbox(options: SandboxOptions): Promise<RunningSandbox> {
  const clock = realTimeClock();
  const identity = await makeTlsIdentity();
  const token = randomBytes(TOKEN_BYTES).toString("base64url");
  const state = emptyCluster(clock, () => randomInt(UID_RANGE) / UID_RANGE);
  for (const name of ["default", "kube-system"]) {
    state.store.create({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
  }
  const scenario = chosenScenario(options.scenario);
  for (const object of scenario.objects) state.store.create(object);
  const workloads = startWorkloads(state.store, clock);
  workloads.settle();
  const controlPlane = startControlPlane({
    store: state.store,
    clock,
    network: state.network,
    seed: options.seed,
    trafficStats: {
      endpoint: (pod, cluster, address) => traffic.stats.endpoint(pod, cluster, address),
    },
  });
  const traffic = startTraffic({
    store: state.store,
    clock,
    seed: options.seed,
    distribution: controlPlane.distribution,
    logs: state.logs,
    model: scenario.traffic,
  });
  const api = await startApiServer(state, { port: options.port, token, identity });
  const prometheus = await startPrometheus({
    clock,
    sources: () => [...controlPlane.metricSources(), ...traffic.metricSources()],
    scrapeIntervalMs: SCRAPE_INTERVAL_MS,
    port: 0,
  });
  // Rates need a past, and nobody should have to wait for one.
  traffic.warmUp(WARM_UP_MS, SCRAPE_INTERVAL_MS, (now) => prometheus.scrape(now));
  const folder = await stateFolder(options.state);
  const path = join(folder.path, "kubeconfig");
  await writeFile(path, kubeconfig({ server: api.url, ca: identity.ca, token }), { mode: 0o600 });
  return {
    address: { kubeconfig: path, server: api.url, prometheus: prometheus.url },
    async stop() {
      clock.stop();
      traffic.stop();
      workloads.stop();
      controlPlane.stop();
      await Promise.all([api.close(), prometheus.stop()]);
      await folder.leave();
    },
  };
}

/** @throws UsageError for a scenario that nobody wrote */
function chosenScenario(name: string): Scenario {
  const scenario = scenarioNamed(name);
  if (scenario) return scenario;
  const known = SCENARIOS.map((each) => each.name).join(", ");
  throw new UsageError(`--scenario is one of ${known}, not '${name}'`);
}

/** A given folder is kept; one that we make ourselves goes with us. */
async function stateFolder(
  given: string | undefined,
): Promise<{ path: string; leave: () => Promise<void> }> {
  if (given !== undefined) {
    const path = resolve(given);
    await mkdir(path, { recursive: true, mode: 0o700 });
    return { path, leave: () => Promise.resolve() };
  }
  const path = await mkdtemp(join(tmpdir(), "quarterdeck-sandbox-"));
  return { path, leave: () => rm(path, { recursive: true, force: true }) };
}
