import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** A Prometheus of the machine while it runs. */
export interface RealPrometheus {
  readonly url: string;
  readonly version: string;
  stop(): Promise<void>;
}

/** The version of the installed Prometheus; undefined where there is none. */
export function installedPrometheus(): string | undefined {
  const { stdout, stderr, error } = spawnSync("prometheus", ["--version"], { encoding: "utf8" });
  return error ? undefined : (/version (\S+)/.exec(`${stdout}${stderr}`)?.[1] ?? "unknown");
}

/** Starts Prometheus on a free port, scraping what `targetsUrl` lists every `intervalMs`. */
export async function startRealPrometheus(
  targetsUrl: string,
  intervalMs: number,
  version: string,
): Promise<RealPrometheus> {
  const folder = await mkdtemp(join(tmpdir(), "quarterdeck-promql-"));
  const port = await freePort();
  await writeFile(join(folder, "prometheus.yml"), configuration(targetsUrl, intervalMs));
  const child = spawn(
    "prometheus",
    [
      `--config.file=${join(folder, "prometheus.yml")}`,
      `--storage.tsdb.path=${join(folder, "data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
      "--log.level=warn",
    ],
    { stdio: ["ignore", "ignore", "inherit"] },
  );
  const exited = once(child, "exit");
  const url = `http://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    await exited;
    await rm(folder, { recursive: true, force: true });
  };
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const ready = await fetch(`${url}/-/ready`).catch(() => undefined);
    if (ready?.ok) return { url, version, stop };
    await sleep(100);
  }
  await stop();
  throw new Error("Prometheus did not start within ten seconds");
}

const configuration = (targetsUrl: string, intervalMs: number): string => `
global:
  scrape_interval: ${intervalMs}ms
  scrape_timeout: ${intervalMs}ms
  evaluation_interval: 1m
scrape_configs:
  - job_name: sandbox
    honor_timestamps: true
    http_sd_configs:
      - url: ${targetsUrl}
        refresh_interval: 5s
`;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
