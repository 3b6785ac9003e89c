// `npm run bench:topology [-- 100 1000 5000] [--prometheus 200] [--part server,page,memory]
// [--minutes 30]`: what the graph costs, on the sandbox at some numbers of services, and on Debian's
// Prometheus filled with the series of so many namespaces of ten services. Memory is watched for 3
// minutes unless more are asked for.
import { parseArgs } from "node:util";
import { build, install } from "./bootstrap.mjs";
import { countingProxy } from "./bench-topology/counting-proxy.mjs";
import { figures } from "./bench-topology/figures.mjs";
import { memoryFigures } from "./bench-topology/memory-figures.mjs";
import { pageFigures } from "./bench-topology/page-figures.mjs";
import { filledPrometheus, hasPrometheus } from "./bench-topology/real-prometheus.mjs";
import { firstGraph, serverFigures } from "./bench-topology/server-figures.mjs";
import { kubernetesApi } from "./kubernetes-api.mjs";
import { main, Problem, say, stopAll } from "./processes.mjs";
import { startSandbox } from "./sandbox-process.mjs";
import { startServer } from "./server-process.mjs";

const STOP_MS = 5_000;
const SIZES = [100, 1000, 5000];
const NAMESPACES = 200;
const PARTS = ["server", "page", "memory"];

const all = figures();

/** Starts a sandbox and a server over it, or over another Prometheus; stops both afterwards. */
async function withServer({ scenario, objects, prometheus }, act) {
  const { child: sandbox, address } = await startSandbox({ scenario, objects });
  const proxy = await countingProxy(prometheus ?? address.prometheus);
  const flags = ["--kubeconfig", address.kubeconfig, "--prometheus", proxy.url];
  let started;
  try {
    started = await startServer({ flags });
    await act({ url: started.url, proxy, address, server: started.child.pid });
  } finally {
    proxy.close();
    // The server first: it would only complain about a cluster that is gone.
    if (started) await stopAll([started.child], STOP_MS);
    await stopAll([sandbox], STOP_MS);
  }
}

async function onSandbox(services, { parts, minutes }) {
  all.about(`sandbox, ${services} services`);
  const { line } = all;
  await withServer({ scenario: `scale:${services}` }, async ({ url, proxy, address, server }) => {
    await firstGraph(url);
    if (parts.has("server")) {
      await serverFigures(url, { prometheus: address.prometheus, proxy, line });
    }
    const api = await kubernetesApi(address.kubeconfig);
    if (parts.has("page")) await pageFigures(url, { line, api });
    if (parts.has("memory")) await memoryFigures(url, { line, api, server, minutes });
  });
}

async function onPrometheus(namespaces) {
  if (!hasPrometheus()) {
    say("prometheus is not installed: apt-get install prometheus, and keep its service stopped");
    return;
  }
  all.about(`Prometheus, ${namespaces} namespaces of ten services`);
  const { url: prometheus, objects, series, stop } = await filledPrometheus(namespaces);
  try {
    all.line("series", series, "");
    await withServer({ objects, prometheus }, async ({ url, proxy }) => {
      await serverFigures(url, { prometheus, proxy, line: all.line });
    });
  } finally {
    await stop();
  }
}

await main(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      minutes: { type: "string", default: "3" },
      part: { type: "string", default: PARTS.join(",") },
      prometheus: { type: "string" },
    },
  });
  const sizes = positionals.map(Number);
  const minutes = Number(values.minutes);
  const namespaces = Number(values.prometheus ?? (sizes.length > 0 ? 0 : NAMESPACES));
  if ([...sizes, minutes, namespaces].some((number) => !(number >= 0))) {
    throw new Problem("services, --prometheus NAMESPACES and --minutes N are numbers");
  }
  const parts = new Set(values.part.split(","));
  const unknown = [...parts].find((part) => !PARTS.includes(part));
  if (unknown !== undefined) throw new Problem(`--part ${unknown}: parts are ${PARTS.join(", ")}`);
  await install();
  await build();
  const chosen = positionals.length > 0 || values.prometheus !== undefined ? sizes : SIZES;
  for (const services of chosen) await onSandbox(services, { parts, minutes });
  if (namespaces > 0 && parts.has("server")) await onPrometheus(namespaces);
  all.table();
  return all.kept ? 0 : 1;
});
