import { existsSync } from "node:fs";
import { API_PORT } from "./api-client";
import { type Behaviour, setBehaviour } from "./behave";
import type { Environment } from "./environment";
import { requestsBySubset } from "./envoy-requests";
import { kubeconfigPath, labFolders } from "./folders";
import { LabError } from "./lab-error";
import { NETNS_PREFIX } from "./network";
import { freeze, thaw } from "./processes";
import { run } from "./shell";
import { PROMETHEUS_PORT } from "./telemetry/start-prometheus";

/** The lab that is up, for tests: where it is, and what they may do to it. */
export interface RunningLab {
  readonly kubeconfig: string;
  readonly server: string;
  readonly prometheus: string;
  /** The application of a workload, such as `details-v2`, behaves so from now on. */
  behave(workload: string, behaviour: Behaviour): void;
  /** Stops the proxy of a workload without ending it, or lets it go on: it acknowledges nothing. */
  freezeProxy(workload: string, frozen: boolean): void;
  /** Requests that the Envoy of a workload has sent to each subset of a host, by its own counters. */
  requestsSent(workload: string, host: string): Record<string, number>;
}

/** @throws LabError when no lab is up */
export function runningLab(env: Environment): RunningLab {
  const folders = labFolders(env);
  const kubeconfig = kubeconfigPath(folders);
  if (!existsSync(kubeconfig)) throw new LabError("the lab is not up: npm run lab -- up");
  return {
    kubeconfig,
    server: `https://127.0.0.1:${API_PORT}`,
    prometheus: `http://127.0.0.1:${PROMETHEUS_PORT}`,
    behave: (workload, behaviour) => setBehaviour(folders, workload, behaviour),
    freezeProxy: (workload, frozen) => (frozen ? freeze : thaw)(folders, `proxy-${workload}-lab`),
    requestsSent(workload, host) {
      const page = "http://127.0.0.1:15000/clusters";
      const inPod = ["netns", "exec", `${NETNS_PREFIX}${workload}-lab`];
      return requestsBySubset(run("ip", [...inPod, "curl", "-sf", "-m", "5", page]), host);
    },
  };
}
