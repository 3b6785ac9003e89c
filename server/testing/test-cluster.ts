import { labFolders } from "@/lab/folders";
import { meshSnapshot } from "@/lab/mesh-snapshot";
import { runningLab } from "@/lab/running-lab";
import { refusedListener } from "@/lab/refused-listener";
import type { ObjectRef } from "@/lib/istio/kinds";
import { startSandbox } from "@/sandbox/main";
import { sandboxOptions } from "@/sandbox/options";
import type { Cluster } from "../ports";
import { CLUSTER } from "./bookinfo-facts";

/** The cluster that the integration tests run against: bookinfo with its istiod, proxies and traffic. */
export interface TestCluster {
  readonly kubeconfig: string;
  readonly server: string;
  readonly prometheus: string;
  /** Share of its requests that a workload of bookinfo, such as `details-v2`, fails from now on. */
  fail(cluster: Cluster, workload: string, share: number): Promise<void>;
  /** Lets the proxy of a workload of bookinfo refuse its listeners, answer nothing, or do well again. */
  proxy(cluster: Cluster, workload: string, does: "refuse" | "freeze" | "well"): Promise<void>;
  /** Ends it, or where it goes on puts back its configuration. */
  stop(): Promise<void>;
}

/**
 * The embedded cluster, made for the caller alone; with `QUARTERDECK_TEST_CLUSTER=lab` the real
 * mesh that `npm run lab -- up` started.
 */
export const testCluster = (): Promise<TestCluster> =>
  ({ sandbox: sandboxCluster, lab: labCluster })[CLUSTER]();

async function sandboxCluster(): Promise<TestCluster> {
  const sandbox = await startSandbox(sandboxOptions(["--port", "0"]));
  const annotate = async (
    cluster: Cluster,
    workload: string,
    key: string,
    value: string | null,
  ) => {
    const { items } = await cluster.list("Pod", { namespace: "bookinfo" });
    const name = items.map(({ metadata }) => metadata.name).find((pod) => pod.startsWith(workload));
    const ref: ObjectRef = { kind: "Pod", namespace: "bookinfo", name: name ?? workload };
    const annotations = { [`sandbox.quarterdeck.dev/${key}`]: value };
    await cluster.patch(ref, { type: "merge", body: { metadata: { annotations } } });
  };
  const words = { refuse: "reject", freeze: "stuck", well: null };
  return {
    ...sandbox.address,
    fail: (cluster, workload, share) => annotate(cluster, workload, "error-rate", String(share)),
    proxy: (cluster, workload, does) => annotate(cluster, workload, "proxy", words[does]),
    stop: () => sandbox.stop(),
  };
}

async function labCluster(): Promise<TestCluster> {
  const lab = runningLab(process.env);
  const putBack = await meshSnapshot(labFolders(process.env));
  const undo: (() => void)[] = [];
  return {
    ...lab,
    fail(_, workload, share) {
      lab.behave(workload, { errorRate: share });
      undo.push(() => lab.behave(workload, {}));
      return Promise.resolve();
    },
    async proxy(cluster, workload, does) {
      const filter = refusedListener(`refused-${workload}`, "bookinfo", appAndVersion(workload));
      if (does === "refuse") await cluster.create(filter);
      if (does === "freeze") {
        lab.freezeProxy(workload, true);
        undo.push(() => lab.freezeProxy(workload, false));
      }
      if (does !== "well") return;
      lab.freezeProxy(workload, false);
      const { name } = filter.metadata;
      const filters = await cluster.list("EnvoyFilter", { namespace: "bookinfo" });
      if (filters.items.some(({ metadata }) => metadata.name === name))
        await cluster.delete({ kind: "EnvoyFilter", namespace: "bookinfo", name });
    },
    async stop() {
      for (const act of undo) act();
      await putBack();
    },
  };
}

function appAndVersion(workload: string): Record<string, string> {
  const cut = workload.lastIndexOf("-");
  return { app: workload.slice(0, cut), version: workload.slice(cut + 1) };
}
