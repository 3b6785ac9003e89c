// Runs Next beside what it needs, until it is told to stop. Used by start.mjs and dev.mjs.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ROOT } from "./bootstrap.mjs";
import { cleanEnvironment, Problem, say, stopAll } from "./processes.mjs";
import { startSandbox } from "./sandbox-process.mjs";

const POLL_MS = 100;
const READY_MS = 30_000;
const FAILURE_TOLD_AFTER_MS = 4_000;
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/;
const OPEN_WARNING =
  "whoever reaches this address acts on the cluster with your rights, without a login; " +
  "names it is published under go into QUARTERDECK_ALLOWED_HOSTS";
/** A terminal signals the whole group; children get this long to act on that. */
const GROUP_SIGNAL_MS = 200;
const STOP_MS = 1_300;
/**
 * Much of what a first look at a large mesh makes lives shortly: with room it need not be copied.
 * And optimising hundreds of rules costs more than it saves, save where they run for long.
 * `next dev` hands the flags of its own process on in NODE_OPTIONS, where Node refuses them.
 */
const NODE_FLAGS = [
  "--max-semi-space-size=64",
  ...(Number(process.versions.node.split(".")[0]) <= 24 ? ["--interrupt-budget=400000"] : []),
];

/** Serves with `command` ("start" or "dev") until a signal comes. Resolves to the exit code. */
export async function serve(command, { options, env = {} }) {
  const children = [];
  let stopping = false;
  let finish;
  const finished = new Promise((resolve) => (finish = resolve));
  const stop = async (code) => {
    if (stopping) return;
    stopping = true;
    await sleep(code === 0 ? GROUP_SIGNAL_MS : 0);
    // The server first: it would only complain about a cluster that is gone.
    for (const child of children.toReversed()) await stopAll([child], STOP_MS);
    finish(code);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => void stop(0));
  const watch = (child, name) => {
    if (!children.includes(child)) children.push(child);
    child.once("exit", () => {
      if (!stopping) say(`${name} ended by itself; stopping`);
      void stop(1);
    });
  };

  try {
    const cluster = options.sandbox
      ? await sandboxCluster(options, (child) => children.push(child))
      : options;
    if (stopping) return await finished;
    if (options.sandbox) watch(children[0], "the sandbox");
    const next = startNext(command, options, { ...env, ...clusterEnvironment(options, cluster) });
    watch(next, "the server");
    await announce(options, () => stopping);
  } catch (error) {
    await stop(1);
    throw error;
  }
  return finished;
}

async function sandboxCluster({ scenario, objects, prometheus }, onStart) {
  const { address } = await startSandbox({ scenario, objects, onStart });
  say(`kubectl reaches the sandbox with KUBECONFIG=${address.kubeconfig}`);
  return { ...address, prometheus: prometheus ?? address.prometheus };
}

const clusterEnvironment = (options, { kubeconfig = "", prometheus = "" }) => ({
  QUARTERDECK_KUBECONFIG: kubeconfig,
  QUARTERDECK_CONTEXT: options.context ?? "",
  QUARTERDECK_IN_CLUSTER: String(options.inCluster),
  QUARTERDECK_PROMETHEUS: prometheus,
  QUARTERDECK_READ_ONLY: String(options.readOnly),
  QUARTERDECK_NO_DRIVER: String(!options.driver),
  QUARTERDECK_HOST: options.host,
  QUARTERDECK_PORT: String(options.port),
});

function startNext(command, { host, port }, env) {
  const next = join(ROOT, "node_modules", "next", "dist", "bin", "next");
  const child = spawn(
    process.execPath,
    [...(command === "start" ? NODE_FLAGS : []), next, command, "-p", String(port), "-H", host],
    {
      cwd: ROOT,
      // Its own handler waits for streams that never end; ours closes them (server/start-server.ts).
      env: cleanEnvironment({ NEXT_MANUAL_SIG_HANDLE: "true", ...env }),
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  // The banner says what our own line says; in development the rest is of use.
  child.stdout.on("data", (chunk) => {
    if (command === "dev") process.stderr.write(chunk);
  });
  return child;
}

/** Prints the address as soon as pages are of use, and why they are not when that takes long. */
async function announce({ host, port, open }, isStopping) {
  const shown = ["0.0.0.0", "::"].includes(host) ? "127.0.0.1" : host;
  const base = `http://${shown.includes(":") ? `[${shown}]` : shown}:${port}`;
  const started = performance.now();
  for (;;) {
    if (isStopping()) return;
    const { answers, ready, reason } = await readiness(base);
    const waited = performance.now() - started;
    const patience = reason ? FAILURE_TOLD_AFTER_MS : READY_MS;
    if (ready || (answers && waited > patience)) {
      if (!LOOPBACK.test(host)) say(OPEN_WARNING);
      if (!ready) say(reason ?? "the cluster still connects; pages fill as it answers");
      process.stdout.write(`Quarterdeck is at ${base}\n`);
      if (open) openBrowser(base);
      return;
    }
    if (!answers && waited > READY_MS)
      throw new Problem("the server does not answer, see above", 1);
    await sleep(POLL_MS);
  }
}

async function readiness(base) {
  try {
    const response = await fetch(`${base}/readyz`, { signal: AbortSignal.timeout(5_000) });
    const { ready, sources } = await response.json();
    const cluster = sources.find(({ source }) => source === "cluster");
    const { message, hint } = cluster?.error ?? {};
    const reason = message ? `${message}. ${hint ?? ""}`.trim() : undefined;
    return { answers: true, ready, reason };
  } catch {
    // Not listening yet.
    return { answers: false, ready: false, reason: undefined };
  }
}

function openBrowser(url) {
  if (process.env.CI || !process.stdout.isTTY || process.env.SSH_CONNECTION) return;
  const program = { darwin: "open", win32: "explorer" }[process.platform] ?? "xdg-open";
  const child = spawn(program, [url], { stdio: "ignore", detached: true });
  // Without a desktop there is nothing to open; the address is printed.
  child.on("error", () => undefined);
  child.unref();
}
