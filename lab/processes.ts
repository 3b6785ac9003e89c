import { spawn } from "node:child_process";
import { appendFileSync, existsSync, openSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { type Environment, processEnvironment } from "./environment";
import type { Folders } from "./folders";
import { LabError } from "./lab-error";

/** A program that goes on after the command that started it. */
export interface Daemon {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Environment;
  readonly cwd?: string;
  /** Log file; default `<name>.log` in the logs folder. */
  readonly log?: string;
}

const pidFile = (folders: Folders): string => join(folders.run, "processes");

/** Starts a daemon in a process group of its own and remembers it, so that `down` finds it. */
export function start(folders: Folders, daemon: Daemon): void {
  const log = openSync(daemon.log ?? join(folders.logs, `${daemon.name}.log`), "a");
  const child = spawn(daemon.program, daemon.args, {
    detached: true,
    stdio: ["ignore", log, log],
    env: processEnvironment(daemon.env ?? process.env),
    cwd: daemon.cwd ?? folders.run,
  });
  child.on("error", () => undefined); // told by the port that never opens, with the log's name
  if (child.pid !== undefined) {
    appendFileSync(pidFile(folders), `${child.pid} ${startTime(child.pid) ?? 0} ${daemon.name}\n`);
  }
  child.unref();
}

/** The daemons of the last `up` that still live. */
export function living(folders: Folders): { pid: number; name: string }[] {
  if (!existsSync(pidFile(folders))) return [];
  return readFileSync(pidFile(folders), "utf8")
    .trim()
    .split("\n")
    .flatMap((line) => {
      const [pid, started, name = ""] = line.split(" ");
      // A number may have been given to another program since: the start time tells.
      return startTime(Number(pid)) === Number(started) ? [{ pid: Number(pid), name }] : [];
    });
}

/** Ends all daemons and what they started; those that do not go within `patienceMs` are killed. */
export async function stopAll(folders: Folders, patienceMs = 8_000): Promise<void> {
  const all = living(folders).reverse();
  for (const { pid } of all) signal(pid, "SIGTERM");
  const end = performance.now() + patienceMs;
  while (performance.now() < end && all.some(({ pid }) => startTime(pid) !== undefined))
    await pause(100);
  for (const { pid } of all) signal(pid, "SIGKILL");
  rmSync(pidFile(folders), { force: true });
}

function signal(group: number, name: NodeJS.Signals): void {
  try {
    process.kill(-group, name);
  } catch {
    // It is gone already, which is what we want.
  }
}

/** When a process started, in clock ticks since boot; undefined when there is none, or only a zombie. */
function startTime(pid: number): number | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    return fields[0] === "Z" ? undefined : Number(fields[19]);
  } catch {
    return undefined;
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until `ready` is true. @throws LabError naming `what` after `patienceMs` */
export async function until(
  what: string,
  ready: () => Promise<boolean> | boolean,
  patienceMs = 60_000,
): Promise<void> {
  const end = performance.now() + patienceMs;
  while (!(await ready())) {
    if (performance.now() > end)
      throw new LabError(`${what} did not come up within ${patienceMs / 1_000} s`);
    await pause(200);
  }
}

/** Whether something listens on a port of this machine. */
export function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    const done = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", () => done(true)).once("error", () => done(false));
  });
}
