import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ISTIOD } from "../control-plane-ports";
import type { Folders } from "../folders";
import { start, until } from "../processes";
import { attempt } from "../shell";
import { ADDRESSES, type Topology } from "../topology";
import { EXPORTER_PORT } from "./exporter";

export const PROMETHEUS_PORT = 19_090;

/** Debian's Prometheus, scraping the exporter, istiod and each Envoy every two seconds. */
export async function startPrometheus(folders: Folders, topology: Topology): Promise<string> {
  const folder = join(folders.run, "prometheus");
  mkdirSync(folder, { recursive: true });
  const proxies = topology.workloads.flatMap(({ proxy }, index) =>
    proxy === "none" ? [] : [`${ADDRESSES.pod(index)}:15090`],
  );
  const config = {
    global: { scrape_interval: "2s", scrape_timeout: "2s" },
    scrape_configs: [
      {
        job_name: "istio-metrics",
        honor_labels: true,
        static_configs: [{ targets: [`127.0.0.1:${EXPORTER_PORT}`] }],
      },
      { job_name: "istiod", static_configs: [{ targets: [`127.0.0.1:${ISTIOD.monitoring}`] }] },
      {
        job_name: "envoy",
        metrics_path: "/stats/prometheus",
        static_configs: [{ targets: proxies }],
      },
    ],
  };
  writeFileSync(join(folder, "prometheus.yml"), JSON.stringify(config));
  start(folders, {
    name: "prometheus",
    program: "prometheus",
    cwd: folder,
    args: [
      "--config.file=prometheus.yml",
      "--storage.tsdb.path=data",
      "--storage.tsdb.retention.time=6h",
      `--web.listen-address=127.0.0.1:${PROMETHEUS_PORT}`,
    ],
  });
  const url = `http://127.0.0.1:${PROMETHEUS_PORT}`;
  await until("prometheus", () => attempt("curl", ["-sf", `${url}/-/ready`]));
  return url;
}
