import { execFile, spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { processEnvironment } from "../environment";
import { kubeconfigPath, labFolders } from "../folders";

/** The clone: the bundle lives in its dist/. */
const ROOT = join(import.meta.dirname, "..");
/** Asked when it is needed: who may not run the lab may not write its folders either. */
const folders = () => labFolders(process.env);
const MAX_OUTPUT = 64 << 20;

/** How a program ended. */
export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** How to run a program: with more in its environment, for longer than three minutes (ms). */
interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly timeout?: number;
}

/** Runs a program in the clone to its end. */
export function runToEnd(
  program: string,
  args: readonly string[],
  { env = {}, timeout = 180_000 }: RunOptions = {},
): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(
      program,
      args,
      {
        cwd: ROOT,
        maxBuffer: MAX_OUTPUT,
        timeout,
        env: { ...processEnvironment(process.env), ...env },
      },
      (error, out, err) => {
        const code = error ? (typeof error.code === "number" ? error.code : 1) : 0;
        resolve({ code, out, err });
      },
    );
  });
}

/** The lab's program as the last command of the lab bundled it. */
export const labBundle = join(ROOT, "dist", "lab.mjs");

/** Runs a command of the lab, as `npm run lab -- …` does. */
export const lab = (...args: string[]): Promise<Outcome> =>
  runToEnd(process.execPath, ["scripts/run-bundled.mjs", "lab/main.ts", "lab", ...args]);

/** A command of the lab that is bundled already: for many in a row. @throws Error with what it said */
export async function labDoesSoon(...args: string[]): Promise<void> {
  const { code, err } = await runToEnd(process.execPath, [labBundle, ...args]);
  if (code !== 0) throw new Error(`lab ${args.join(" ")}: ${err.trim()}`);
}

/** The same, where failing ends the check. @throws Error with what it said */
export async function labDoes(...args: string[]): Promise<string> {
  const { code, out, err } = await lab(...args);
  if (code !== 0) throw new Error(`lab ${args.join(" ")}: ${err.trim()}`);
  return out;
}

/** @throws Error with the program's own words */
async function cached(name: string, args: readonly string[]): Promise<string> {
  const all = [`--kubeconfig=${kubeconfigPath(folders())}`, ...args];
  const { code, out, err } = await runToEnd(join(folders().bin, name), all);
  if (code !== 0) throw new Error(`${name} ${args.join(" ")}: ${err.trim()}`);
  return out;
}

export const kubectl = (...args: string[]): Promise<string> => cached("kubectl", args);
export const istioctl = (...args: string[]): Promise<string> => cached("istioctl", args);

/** What istioctl finds in a file alone, as JSON; that it finds something is no failure. */
export async function istioctlAnalyze(file: string): Promise<string> {
  const args = ["analyze", "--use-kube=false", "-A", "-o", "json", file];
  const { code, out, err } = await runToEnd(join(folders().bin, "istioctl"), args);
  // Its log stands before the answer.
  const answer = /^\[\s*\{[^]*|^\[\]\s*$/m.exec(out)?.[0];
  if (answer === undefined) throw new Error(`istioctl ${args.join(" ")}: ${code} ${err.trim()}`);
  return answer;
}

/** The product's own command line as it was built; findings are no failure. */
export const commandLine = async (...args: string[]): Promise<string> => {
  const { code, out, err } = await runToEnd(process.execPath, ["cli/quarterdeck.cjs", ...args]);
  if (code > 1) throw new Error(`quarterdeck ${args.join(" ")}: ${err.trim()}`);
  return out;
};

/** Environment of a program that is to meet the lab: its kubeconfig, and kubectl of its version. */
export const inTheLab = (): Readonly<Record<string, string>> => ({
  KUBECONFIG: kubeconfigPath(folders()),
  QUARTERDECK_TEST_CLUSTER: "lab",
  PATH: `${folders().bin}:${process.env.PATH ?? ""}`,
});

/** The product over the lab. */
export interface RunningProduct {
  readonly url: string;
  stop(): Promise<void>;
  /** Ends it and all that it started between two moments, as a crash would. */
  kill(): void;
}

/** A first start builds the pages, which takes minutes where others use the machine too. */
const START_MS = 900_000;

/** Starts the product as a user does. @throws Error with what it printed when it does not start */
export async function startProduct(prometheus: string, port = "0"): Promise<RunningProduct> {
  const args = ["--port", port, "--no-open", "--kubeconfig", kubeconfigPath(folders())];
  const child = spawn(
    process.execPath,
    ["scripts/start.mjs", ...args, "--prometheus", prometheus],
    // A group of its own, so that all of it can be killed at once.
    { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"], detached: true },
  );
  let said = "";
  const hear = (chunk: Buffer) => (said = (said + chunk.toString()).slice(-20_000));
  child.stdout.on("data", hear);
  child.stderr.on("data", hear);
  const stop = () => ended(child);
  const kill = () => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGKILL");
  };
  return new Promise((resolve, reject) => {
    const fail = (why: string) => {
      clearTimeout(timer);
      void stop().then(() => reject(new Error(`the product ${why}: ${said.slice(-500)}`)));
    };
    const timer = setTimeout(() => fail("did not start in time"), START_MS);
    child.once("exit", () => fail("ended by itself"));
    child.stdout.on("data", () => {
      const url = /^Quarterdeck is at (\S+)/m.exec(said)?.[1];
      if (url === undefined) return;
      clearTimeout(timer);
      child.removeAllListeners("exit");
      resolve({ url, stop, kill });
    });
  });
}

/** Ends a process: politely, then not. */
function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill("SIGKILL"), 8_000);
    child.once("exit", () => {
      clearTimeout(timer);
      resolve();
    });
    child.kill("SIGTERM");
  });
}
