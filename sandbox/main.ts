import { randomBytes, randomInt } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { KubeObject } from "@/lib/k8s/object";
import { startApiServer } from "./api/api-server";
import { emptyCluster } from "./api/cluster-state";
import { kubeconfig } from "./api/kubeconfig";
import { makeTlsIdentity } from "./api/tls-identity";
import { realTimeClock } from "./clock";
import { startControlPlane } from "./control-plane/start-control-plane";
import { type SandboxOptions, UsageError } from "./options";
import { startPrometheus } from "./prometheus/start-prometheus";
import { bookinfoObjects } from "./scenarios/bookinfo-objects";
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
  for (const object of scenarioObjects(options.scenario)) state.store.create(object);
  const workloads = startWorkloads(state.store, clock);
  workloads.settle();
  const controlPlane = startControlPlane({
    store: state.store,
    clock,
    network: state.network,
    seed: options.seed,
    trafficStats: undefined,
  });
  const api = await startApiServer(state, { port: options.port, token, identity });
  const prometheus = await startPrometheus({
    clock,
    sources: () => controlPlane.metricSources(),
    scrapeIntervalMs: SCRAPE_INTERVAL_MS,
    port: 0,
  });
  const folder = await stateFolder(options.state);
  const path = join(folder.path, "kubeconfig");
  await writeFile(path, kubeconfig({ server: api.url, ca: identity.ca, token }), { mode: 0o600 });
  return {
    address: { kubeconfig: path, server: api.url, prometheus: prometheus.url },
    async stop() {
      clock.stop();
      workloads.stop();
      controlPlane.stop();
      await Promise.all([api.close(), prometheus.stop()]);
      await folder.leave();
    },
  };
}

const SCENARIOS: Readonly<Record<string, readonly KubeObject[]>> = { bookinfo: bookinfoObjects };

/** @throws UsageError for a scenario that nobody wrote */
function scenarioObjects(name: string): readonly KubeObject[] {
  const objects = SCENARIOS[name];
  if (objects) return objects;
  throw new UsageError(`--scenario is one of ${Object.keys(SCENARIOS).join(", ")}, not '${name}'`);
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
