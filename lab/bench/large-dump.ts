import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { systemClock, systemRandom } from "@/server/clock";
import { kubernetesCluster } from "@/server/cluster/kubernetes-cluster";
import { kubeconfigOf } from "@/server/cluster/testing";
import { envoyClient } from "@/server/envoy/envoy-client";
import type { ExplorerTable } from "@/server/proxies/dump-answers";
import { dumpThread } from "@/server/proxies/dump-thread";
import { exploreProxy } from "@/server/proxies/explore-proxy";
import { proxyDumps } from "@/server/proxies/proxy-dumps";
import { forwardedEnvoy } from "./forwarded-envoy";
import { largeDump } from "./large-dump-text";

/**
 * `npm run bench:dump [-- --write FILE]`: how long a live dump of 20 MB takes to its first table, as
 * in the product: through a port-forward, redacted and read in the thread for dumps; and how long
 * other requests wait meanwhile. With `--write` only the dump is made.
 */
const LIMIT_MS = 1500;
const OTHERS_LIMIT_MS = 100;
const ROUNDS = 5;
const POD = { namespace: "shop", name: "cart-1" };
const WORKER = join(process.cwd(), "dist", "cli", "dump-worker.mjs");
const NANOS = 1e6;

const { text, services } = largeDump();
const [flag, file] = process.argv.slice(2);
if (flag === "--write" && file !== undefined) writeFileSync(file, text);
else if (flag === "--serve") await serve();
else await measure();

/** The other side, in a process of its own: what it does is not ours. */
async function serve(): Promise<void> {
  const pages = { "/config_dump": text, "/clusters": '{"cluster_statuses":[]}' };
  process.stdout.write(`${(await forwardedEnvoy(pages)).url}\n`);
}

/** Starts the other side. Resolves to its process and address. */
async function started(): Promise<{ readonly child: ChildProcess; readonly url: string }> {
  const program = process.argv[1] ?? "";
  const child = spawn(process.execPath, [program, "--serve"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const url = await new Promise<string>((resolve) =>
    child.stdout.once("data", (line: Buffer) => resolve(line.toString().trim())),
  );
  return { child, url };
}

async function measure(): Promise<void> {
  process.stdout.write(`a dump of ${(text.length / 1e6).toFixed(1)} MB, ${services} services\n`);
  const { child, url } = await started();
  const folder = mkdtempSync(join(tmpdir(), "quarterdeck-bench-"));
  const kubeconfig = join(folder, "config");
  writeFileSync(kubeconfig, kubeconfigOf(url, "{}"));
  const location = { type: "kubeconfig", file: kubeconfig, context: undefined } as const;
  const cluster = kubernetesCluster(location, { clock: systemClock, random: systemRandom });
  const delays = monitorEventLoopDelay({ resolution: 5 });
  try {
    for (const table of ["listeners", "routes", "clusters"] as const) {
      const times: number[] = [];
      const cpu = process.cpuUsage();
      let rows = 0;
      for (let round = 0; round < ROUNDS; round += 1) {
        const dumps = proxyDumps({
          envoy: envoyClient(cluster),
          clock: systemClock,
          reader: dumpThread(WORKER),
        });
        delays.enable();
        const found = await timeOf(dumps, table);
        delays.disable();
        dumps.close();
        times.push(found.ms);
        rows = found.rows;
      }
      const { user, system } = process.cpuUsage(cpu);
      line(`to the first ${table} (of ${rows})`, median(times), LIMIT_MS);
      const share = (user + system) / 1000 / ROUNDS;
      process.stdout.write(`    of the processor, in all threads: ${share.toFixed(0)} ms\n`);
    }
    line("longest wait of other requests", delays.max / NANOS, OTHERS_LIMIT_MS);
  } finally {
    cluster.close();
    child.kill();
    rmSync(folder, { recursive: true });
  }
}

async function timeOf(dumps: ReturnType<typeof proxyDumps>, table: ExplorerTable) {
  const from = performance.now();
  const page = await exploreProxy(dumps, POD, table, { filter: "", offset: 0, limit: 500 });
  return { ms: performance.now() - from, rows: page.matching };
}

function line(name: string, ms: number, limit: number): void {
  const met = ms <= limit;
  if (!met) process.exitCode = 1;
  process.stdout.write(
    `  ${name.padEnd(46)} ${ms.toFixed(0).padStart(9)} ms  at most ${limit} ms  ${met ? "met" : "NOT MET"}\n`,
  );
}

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? NaN;
}
