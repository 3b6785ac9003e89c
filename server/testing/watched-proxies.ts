import { expect, vi } from "vitest";
import { systemClock, systemRandom } from "../clock";
import { kubernetesCluster } from "../cluster/kubernetes-cluster";
import { istiodClient } from "../istiod/istiod-client";
import { liveHub } from "../live/live";
import { sourceStates } from "../live/sources";
import { meshStore, type RunningMeshStore } from "../mesh/mesh-store";
import type { Cluster, Live } from "../ports";
import { type Proxies, proxiesService } from "../proxies/proxies-service";

/** The service of all proxies over a cluster, with what it reads. */
export interface WatchedProxies {
  readonly cluster: Cluster;
  readonly mesh: RunningMeshStore;
  readonly live: Live;
  readonly proxies: Proxies;
  /** Resolves once every kind was read. */
  ready(): Promise<void>;
  close(): void;
}

/** Starts to watch a cluster, as the server does. */
export function watchedProxies(kubeconfig: string): WatchedProxies {
  const clock = systemClock;
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const stop = new AbortController();
  const cluster = kubernetesCluster(
    { type: "kubeconfig", file: kubeconfig, context: undefined },
    { clock, random: systemRandom },
  );
  const mesh = meshStore({ cluster, clock, random: systemRandom, log });
  mesh.start();
  const live = liveHub("test");
  const sources = sourceStates({ clock, live, log }, [], stop.signal);
  const istiod = istiodClient(cluster);
  const proxies = proxiesService({ istiod, mesh, live, clock, log, sources });
  return {
    ...{ cluster, mesh, live, proxies },
    ready: () => vi.waitFor(() => expect(mesh.ready).toBe(true), { timeout: 15_000, interval: 10 }),
    close() {
      stop.abort();
      proxies.close();
      live.close();
      mesh.close();
      cluster.close();
    },
  };
}
