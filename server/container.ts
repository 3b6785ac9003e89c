import { existsSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "@/lib/base/errors";
import { randomId, systemClock, systemRandom } from "./clock";
import { type PodRequestCounts, podRequestCounts } from "./cluster/pod-request-counts";
import { kubernetesCluster } from "./cluster/kubernetes-cluster";
import { type DebugPages, debugPages } from "./control-plane/debug-pages";
import { type Environment, readEnvironment } from "./env";
import { type MeshAnalysis, meshAnalysis } from "./config/mesh-analysis";
import { type FindingAges, findingAges } from "./config/finding-ages";
import { envoyClient } from "./envoy/envoy-client";
import { type Istiod, istiodClient } from "./istiod/istiod-client";
import { type LiveHub, liveHub } from "./live/live";
import { type Sources, sourceStates } from "./live/sources";
import { type Logger, processLogger } from "./log";
import { type LogLevels, logLevels } from "./log-levels/log-levels-service";
import { meshStore } from "./mesh/mesh-store";
import { discoveredTransport } from "./metrics/discovered-transport";
import { findPrometheus } from "./metrics/find-prometheus";
import { prometheusMetrics } from "./metrics/prometheus";
import type { Clock, Cluster, Live, MeshStore, Metrics, SourceState } from "./ports";
import { type Rollouts, rolloutsService } from "./rollouts/rollouts-service";
import { graphVersions } from "./topology/graph-versions";
import { graphJudge } from "./topology/judge-graph";
import { type ConfigSizes, configSizes } from "./proxies/config-sizes";
import { type Proxies, proxiesService } from "./proxies/proxies-service";
import { type DumpReader, readerInThisThread } from "./proxies/dump-reader";
import { dumpThread } from "./proxies/dump-thread";
import { type ProxyDumps, proxyDumps } from "./proxies/proxy-dumps";
import { type Topology, topologyService } from "./topology/topology-service";

/** Everything that lives as long as the process. Features add their service here. */
export interface Runtime {
  readonly clock: Clock;
  readonly log: Logger;
  readonly cluster: Cluster;
  readonly metrics: Metrics;
  readonly mesh: MeshStore;
  readonly live: Live;
  /** How each source of data is doing; adapters report to it. */
  readonly sources: Sources;
  readonly topology: Topology;
  /** Tells tabs what changed of the graphs that they hold. */
  readonly graphVersions: ReturnType<typeof graphVersions>;
  readonly proxies: Proxies;
  readonly proxyDumps: ProxyDumps;
  readonly configSizes: ConfigSizes;
  /** The debug pages of istiods, for what is asked of one proxy. */
  readonly istiod: Istiod;
  readonly debugPages: DebugPages;
  /** Reads and sets log levels of proxies and istiods, and puts them back. */
  readonly logLevels: LogLevels;
  readonly rollouts: Rollouts;
  readonly findingAges: FindingAges;
  /** What is wrong with the mesh as it is stored. */
  readonly analysis: MeshAnalysis;
  /** `true` refuses every write. */
  readonly readOnly: boolean;
  /** The version of the product. */
  readonly version: string;
}

/** The runtime, and what only the edges of the process may do with it. */
export interface RunningRuntime extends Runtime {
  readonly environment: Environment;
  /** How often istiods and Envoys were asked. */
  readonly podRequests: PodRequestCounts;
  readonly live: LiveHub;
  /** Ends every stream, watch and connection. */
  close(): void;
}

/** Builds the adapters and starts the mirror of the cluster. */
function createRuntime(environment: Environment): RunningRuntime {
  const clock = systemClock;
  const random = systemRandom;
  const log = processLogger(clock);
  const stop = new AbortController();
  const live = liveHub(randomId());
  const sources = sourceStates({ clock, live, log }, initialSources(environment), stop.signal);
  const cluster = kubernetesCluster(environment.cluster, { clock, random });
  const found = discoveredTransport(() => findPrometheus(cluster, stop.signal), clock);
  const metrics = prometheusMetrics(environment.prometheus ?? (environment.cluster && found), {
    clock,
    observer: {
      answered: () => sources.answered("prometheus"),
      failed: (error) => sources.failed("prometheus", error),
    },
  });
  const mesh = meshStore({ cluster, clock, random, log });
  mesh.onChange((view, kinds) =>
    live.publish({ topic: "mesh", version: view.version, kinds: [...kinds] }),
  );
  mesh.onState(() => sources.set(mesh.state()));
  const asked = podRequestCounts();
  const istiod = istiodClient(asked.counting("istiod", cluster));
  const envoy = envoyClient(asked.counting("envoy", cluster));
  const proxies = proxiesService({ istiod, mesh, live, clock, log, sources });
  const analysis = meshAnalysis(mesh, clock);
  const judge = graphJudge({ analysis, proxies, clock });
  const runtime: Runtime = {
    clock,
    log,
    cluster,
    metrics,
    mesh,
    live,
    sources,
    topology: topologyService({ metrics, mesh, live, clock, log, judge }),
    graphVersions: graphVersions(randomId()),
    proxies,
    proxyDumps: proxyDumps({ envoy, clock, reader: dumpReader(log) }),
    configSizes: configSizes({ envoy, clock }),
    istiod,
    debugPages: debugPages({ istiod, clock }),
    logLevels: logLevels({ cluster, mesh, clock, log, readOnly: environment.readOnly }),
    rollouts: rolloutsService(
      {
        cluster,
        metrics,
        mesh,
        live,
        clock,
        random,
        log,
        shards: ROLLOUT_SHARDS,
        announces: true,
      },
      whyNotDriving(environment),
    ),
    findingAges: findingAges(),
    analysis,
    readOnly: environment.readOnly,
    version: environment.version,
  };

  mesh.start();
  runtime.rollouts.start();
  runtime.logLevels.start();
  // Tells early whether Prometheus is there; what it answers is kept for later.
  metrics.scrapeInterval(stop.signal).catch((error: unknown) => {
    // The state of the source says it already.
    if (!(error instanceof AppError) && !stop.signal.aborted) throw error;
  });
  return {
    ...runtime,
    podRequests: asked,
    live,
    environment,
    close() {
      stop.abort(new Error("the server stops"));
      runtime.topology.close();
      runtime.proxies.close();
      runtime.proxyDumps.close();
      runtime.configSizes.close();
      runtime.debugPages.close();
      runtime.logLevels.close();
      live.close();
      mesh.close();
      // The Lease is given back over the connections that are ended after it.
      void runtime.rollouts.close().finally(() => cluster.close());
    },
  };
}

/** Built beside the command line; Next would not know that it is a program of its own. */
const DUMP_WORKER = join(process.cwd(), "dist", "cli", "dump-worker.mjs");

/** Large dumps are read beside everything else, where the program for that was built. */
function dumpReader(log: Logger): DumpReader {
  if (existsSync(DUMP_WORKER)) return dumpThread(DUMP_WORKER);
  log.warn({ missing: DUMP_WORKER }, "large dumps of proxies will hold up other requests");
  return readerInThisThread();
}

/** More replicas than this share no work (rollouts.md 6.4). */
const ROLLOUT_SHARDS = 8;

/** Why this replica must not drive rollouts; undefined where it may. */
function whyNotDriving({ readOnly, driver, cluster }: Environment): string | undefined {
  if (readOnly) return "Quarterdeck runs read-only";
  if (!driver) return "this replica was started with --no-driver";
  return cluster ? undefined : "no cluster is named";
}

const initialSources = ({ prometheus }: Environment): SourceState[] =>
  (["cluster", "prometheus", "istiod"] as const).map((source) => ({
    source,
    state: source === "prometheus" && prometheus === undefined ? "off" : "connecting",
    lastSeen: undefined,
    error: undefined,
  }));

const KEY = Symbol.for("quarterdeck.runtime");

/**
 * The one runtime of this process, made at its first use.
 *
 * Next loads instrumentation and routes as separate module instances, so a module's own variable
 * would be made twice; globalThis is shared. In `next dev` it outlives edits of server files:
 * restart the dev server after those.
 */
export function runtime(): RunningRuntime {
  const home = globalThis as { [KEY]?: RunningRuntime };
  return (home[KEY] ??= createRuntime(readEnvironment()));
}
