import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { Behaviour, setBehaviour } from "./behave";
import { startPods } from "./pods";
import { bootstrapPath, build } from "./build";
import { requirePorts, startControlPlane } from "./control-plane";
import { type Folders, kubeconfigPath, labFolders, makeFolders } from "./folders";
import { LabError } from "./lab-error";
import { memoryOf } from "./memory";
import { makeBridge, removeNetwork } from "./network";
import { requireNamespaces, requirePrograms } from "./prerequisites";
import { kill, living, restart, start, startTime, stopAll, until } from "./processes";
import { attempt, run } from "./shell";
import { EXPORTER_PORT, runExporter } from "./telemetry/exporter";
import { PROMETHEUS_PORT, startPrometheus } from "./telemetry/start-prometheus";
import { podName, type Topology } from "./topology";
import { chooseTopology, TOPOLOGY_NAMES } from "./choose-topology";

const USAGE = `Usage: npm run lab -- COMMAND
  build                    build kube-apiserver, etcd, istiod, istioctl, Envoy and the rest (cached)
  up [--topology NAME]     start a mesh: ${TOPOLOGY_NAMES.join(", ")}, or of a JSON or YAML file
  status                   what runs
  apply FILE               kubectl apply -f FILE
  behave POD JSON          tell an application to fail or be slow: '{"errorRate":1,"status":500,"latencyMs":50}'
  traffic                  what the load saw in its last second
  kill NAME                kill one process of the status, as a crash would
  restart NAME             start it again with the command that it had
  down                     stop everything and leave nothing behind`;

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** Runs one command of the lab; the exit code is 2 for anything that the user can mend. */
async function main([command, ...args]: readonly string[]): Promise<void> {
  const folders = labFolders(process.env);
  // The bundle lives in dist/, beside lab/.
  const source = join(import.meta.dirname, "..", "lab", "go");
  switch (command) {
    case "build":
      return build(folders, { source, say, env: process.env });
    case "up":
      return up(folders, source, chooseTopology(args));
    case "status":
      return status(folders);
    case "apply":
      return apply(folders, args);
    case "behave":
      return behave(folders, args);
    case "traffic":
      return traffic(folders);
    case "kill":
      return kill(folders, args[0] ?? "");
    case "restart":
      return restart(folders, args[0] ?? "");
    case "down":
      return down(folders);
    case "exporter":
      return runExporter(folders, chooseTopology(args));
    default:
      throw new LabError(USAGE);
  }
}

async function up(folders: Folders, source: string, topology: Topology): Promise<void> {
  if (living(folders).length > 0) {
    if (existsSync(readyFile(folders))) {
      say("the lab is up already");
      return status(folders);
    }
    requireNoStarter(folders);
    say("the last start was cut off half-way: clearing up first");
    await down(folders);
  }
  requireNamespaces();
  requirePrograms("run", process.env.PATH ?? "");
  await build(folders, { source, say, env: process.env });
  clean(folders); // what a crash may have left
  rmSync(folders.logs, { recursive: true, force: true });
  makeFolders(folders);
  await requirePorts();
  writeFileSync(starterFile(folders), `${process.pid} ${startTime(process.pid) ?? 0}`);
  try {
    makeBridge();
    const api = await startControlPlane(folders, process.env, say);
    await startPods(
      { folders, api, topology, env: process.env, bootstrap: bootstrapPath(folders) },
      say,
    );
    startExporter(folders, topology);
    const prometheus = await startPrometheus(folders, topology);
    await proxiesReady(folders, topology);
    await applyConfig(folders, topology);
    writeFileSync(readyFile(folders), "");
    process.stdout.write(
      `${JSON.stringify({ kubeconfig: kubeconfigPath(folders), prometheus })}\n`,
    );
  } catch (error) {
    await down(folders);
    throw error;
  }
}

/** There once `up` is through, and while it is under way the process that does it. */
const readyFile = (folders: Folders): string => join(folders.run, "ready");
const starterFile = (folders: Folders): string => join(folders.run, "starter");

/** @throws LabError while another `up` is under way */
function requireNoStarter(folders: Folders): void {
  if (!existsSync(starterFile(folders))) return;
  const [pid, started] = readFileSync(starterFile(folders), "utf8").split(" ").map(Number);
  if (pid === undefined || startTime(pid) !== started) return;
  throw new LabError(`process ${pid} is starting the lab: wait for it, or end it`);
}

function startExporter(folders: Folders, topology: Topology): void {
  const file = join(folders.run, "topology.json");
  writeFileSync(file, JSON.stringify(topology));
  const args = [join(import.meta.dirname, "lab.mjs"), "exporter", "--topology", file];
  start(folders, { name: "exporter", program: process.execPath, args, env: process.env });
}

async function proxiesReady(folders: Folders, topology: Topology): Promise<void> {
  say("waiting for the proxies");
  for (const workload of topology.workloads.filter(({ proxy }) => proxy !== "none")) {
    const netns = `qd-${podName(workload)}`;
    await until(`the proxy of ${podName(workload)} (see ${folders.logs})`, () =>
      attempt("ip", [
        "netns",
        "exec",
        netns,
        "curl",
        "-sf",
        "-m",
        "2",
        "http://127.0.0.1:15021/healthz/ready",
      ]),
    );
  }
}

async function applyConfig(folders: Folders, topology: Topology): Promise<void> {
  const file = join(folders.run, `${topology.name}.yaml`);
  writeFileSync(file, topology.config);
  // The webhook answers once istiod has filled in its CA.
  await until(
    "istiod's webhook",
    () => attempt(kubectl(folders), kubectlArgs(folders, ["apply", "-f", file])),
    30_000,
  );
}

const kubectl = (folders: Folders): string => join(folders.bin, "kubectl");
const kubectlArgs = (folders: Folders, args: readonly string[]): string[] => [
  `--kubeconfig=${kubeconfigPath(folders)}`,
  ...args,
];

function requireUp(folders: Folders): void {
  if (living(folders).length === 0) throw new LabError("the lab is not up: npm run lab -- up");
}

function status(folders: Folders): void {
  const processes = living(folders);
  requireUp(folders);
  for (const { pid, name } of processes) say(`${String(pid).padStart(8)}  ${name}`);
  const memory = memoryOf(new Set(processes.map(({ pid }) => pid)));
  say(`${processes.length} processes, ${Math.round(memory / 2 ** 20)} MiB`);
  const urls = {
    kubeconfig: kubeconfigPath(folders),
    prometheus: `http://127.0.0.1:${PROMETHEUS_PORT}`,
    metrics: `http://127.0.0.1:${EXPORTER_PORT}`,
  };
  process.stdout.write(`${JSON.stringify(urls)}\n`);
}

function apply(folders: Folders, [file]: readonly string[]): void {
  if (!file || !existsSync(file))
    throw new LabError(`apply wants a file that exists, got ${file ?? "nothing"}`);
  requireUp(folders);
  process.stdout.write(run(kubectl(folders), kubectlArgs(folders, ["apply", "-f", file])));
}

function behave(folders: Folders, [workload = "", json = "{}"]: readonly string[]): void {
  const parsed = Behaviour.safeParse(parseJson(json));
  if (!parsed.success)
    throw new LabError(`behaviour: ${z.prettifyError(parsed.error).split("\n").join(" ")}`);
  setBehaviour(folders, workload, parsed.data);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new LabError(`not JSON: ${text}`);
  }
}

function traffic(folders: Folders): void {
  requireUp(folders);
  for (const file of readdirSync(folders.logs).filter((name) => name.startsWith("load-"))) {
    const last = readFileSync(join(folders.logs, file), "utf8").trim().split("\n").at(-1) ?? "";
    process.stdout.write(`${file.slice(5, -4)} ${last}\n`);
  }
}

async function down(folders: Folders): Promise<void> {
  await stopAll(folders);
  clean(folders);
}

/** Logs stay until the next start: they tell why the last one failed. */
function clean(folders: Folders): void {
  removeNetwork();
  if (!existsSync(folders.run)) return;
  for (const name of readdirSync(folders.run).filter((entry) => entry !== "logs")) {
    rmSync(join(folders.run, name), { recursive: true, force: true });
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  say(
    error instanceof LabError
      ? error.message
      : `lab: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
  );
  process.exitCode = error instanceof LabError ? 2 : 1;
});
