import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const START_MS = 120_000;
const STOP_MS = 5_000;

/** A cluster and the product over it, both of this test worker alone. */
export interface Product {
  /** Where the product is, without a slash at the end. */
  readonly url: string;
  /** The way into its cluster, for kubectl and other clients. */
  readonly kubeconfig: string;
  /** URL of the Prometheus that it reads. */
  readonly prometheus: string;
  /** Kills the server without a word, and starts another one at the same place. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the built product over a sandbox of its own. @throws with what they printed */
export async function startProduct(flags: readonly string[] = []): Promise<Product> {
  const children: ChildProcess[] = [];
  const stop = async () => {
    for (const child of children.toReversed()) await ended(child);
  };
  try {
    const sandbox = launch(["dist/cli.mjs", "sandbox", "--port", "0"]);
    children.push(sandbox.child);
    const cluster = JSON.parse(await sandbox.line(/^\{.*"kubeconfig"/)) as {
      kubeconfig: string;
      prometheus: string;
    };
    const serve = async (port: string) => {
      const server = launch([
        "scripts/start.mjs",
        ...["--port", port, "--no-open"],
        ...["--kubeconfig", cluster.kubeconfig, "--prometheus", cluster.prometheus],
        ...flags,
      ]);
      children.push(server.child);
      const line = await server.line(/^Quarterdeck is at /);
      return line.replace("Quarterdeck is at ", "");
    };
    const url = await serve("0");
    const restart = async () => {
      const server = children.pop();
      if (server) await killed(server);
      await serve(new URL(url).port);
    };
    return { url, ...cluster, restart, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Runs a script of the clone; `line` resolves to the first line of its standard output that matches. */
function launch(args: readonly string[]) {
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => {
    errors = (errors + chunk.toString()).slice(-8_000);
  });
  const line = (wanted: RegExp) =>
    new Promise<string>((resolve, reject) => {
      let output = "";
      const fail = (why: string) => reject(new Error(`${args.join(" ")} ${why}\n${errors}`));
      const timer = setTimeout(() => fail("did not start in time"), START_MS);
      child.once("exit", (code) => {
        clearTimeout(timer);
        fail(`ended with code ${code}`);
      });
      child.stdout.on("data", (chunk: Buffer) => {
        output += chunk.toString();
        const found = output.split("\n").find((text) => wanted.test(text));
        if (found === undefined) return;
        clearTimeout(timer);
        resolve(found.trim());
      });
    });
  return { child, line };
}

/** Ends a process: politely, then not. */
function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
    child.once("exit", () => {
      clearTimeout(timer);
      resolve();
    });
    child.kill("SIGTERM");
  });
}

/** Ends what a script runs between two moments; the script itself ends with it. */
async function killed(child: ChildProcess): Promise<void> {
  const exit = new Promise((resolve) => child.once("exit", resolve));
  execFileSync("pkill", ["-KILL", "-P", String(child.pid)]);
  await exit;
}
