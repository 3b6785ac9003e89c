import { spawn } from "node:child_process";
import { appendFileSync, existsSync, openSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { z } from "zod";
import { type Environment, processEnvironment } from "./environment";
import type { Folders } from "./folders";
import { LabError } from "./lab-error";

/** A program that goes on after the command that started it. */
export interface Daemon {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Environment | undefined;
  readonly cwd?: string | undefined;
  /** Log file; default `<name>.log` in the logs folder. */
  readonly log?: string | undefined;
}

/** One line of the file of processes: what was started, and how to start it again. */
const Remembered = z.object({
  pid: z.int(),
  started: z.number(),
  daemon: z.object({
    name: z.string(),
    program: z.string(),
    args: z.array(z.string()),
    env: z.record(z.string(), z.string()).optional(),
    cwd: z.string().optional(),
    log: z.string().optional(),
  }),
});
type Remembered = z.infer<typeof Remembered>;

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
    const line = { pid: child.pid, started: startTime(child.pid) ?? 0, daemon };
    // The environment is that of the user's shell: nobody else's business.
    appendFileSync(pidFile(folders), `${JSON.stringify(line)}\n`, { mode: 0o600 });
  }
  child.unref();
}

/** What the last `up` started, in order. A line that was cut off in the middle does not count. */
function remembered(folders: Folders): Remembered[] {
  if (!existsSync(pidFile(folders))) return [];
  return readFileSync(pidFile(folders), "utf8")
    .split("\n")
    .flatMap((line) => {
      try {
        return [Remembered.parse(JSON.parse(line))];
      } catch {
        return [];
      }
    });
}

// A number may have been given to another program since: the start time tells.
const lives = ({ pid, started }: Remembered): boolean => startTime(pid) === started;

/** The daemons of the last `up` that still live. */
export function living(folders: Folders): { pid: number; name: string }[] {
  return remembered(folders)
    .filter(lives)
    .map(({ pid, daemon }) => ({ pid, name: daemon.name }));
}

/** Kills one daemon and what it started, as a crash would. @throws LabError for a name that does not run */
export async function kill(folders: Folders, name: string): Promise<void> {
  const found = runningNamed(folders, name);
  for (const { pid } of found) signal(pid, "SIGKILL");
  await gone(found, 5_000);
}

/** Stops a daemon and what it started without ending them. @throws LabError for a name that does not run */
export const freeze = (folders: Folders, name: string): void =>
  signalNamed(folders, name, "SIGSTOP");

/** Lets a frozen daemon go on. @throws LabError for a name that does not run */
export const thaw = (folders: Folders, name: string): void => signalNamed(folders, name, "SIGCONT");

function signalNamed(folders: Folders, name: string, what: NodeJS.Signals): void {
  for (const { pid } of runningNamed(folders, name)) signal(pid, what);
}

/** @throws LabError for a name that does not run */
function runningNamed(folders: Folders, name: string): Remembered[] {
  const found = remembered(folders).filter((each) => each.daemon.name === name && lives(each));
  if (found.length === 0) throw new LabError(`no process ${name} runs; see npm run lab -- status`);
  return found;
}

/** Starts a daemon again with the command that it had. @throws LabError for a name that never ran */
export async function restart(folders: Folders, name: string): Promise<void> {
  const last = remembered(folders).findLast(({ daemon }) => daemon.name === name);
  if (!last) throw new LabError(`no process ${name} was started; see npm run lab -- status`);
  if (lives(last)) await kill(folders, name);
  start(folders, last.daemon);
}

/** Ends all daemons and what they started; those that do not go within `patienceMs` are killed. */
export async function stopAll(folders: Folders, patienceMs = 8_000): Promise<void> {
  const all = remembered(folders).filter(lives).reverse();
  for (const { pid } of all) signal(pid, "SIGTERM");
  await gone(all, patienceMs);
  for (const each of all) if (lives(each)) signal(each.pid, "SIGKILL");
  await gone(all, patienceMs);
  rmSync(pidFile(folders), { force: true });
}

async function gone(all: readonly Remembered[], patienceMs: number): Promise<void> {
  const end = performance.now() + patienceMs;
  while (performance.now() < end && all.some(lives)) await pause(100);
}

function signal(group: number, name: NodeJS.Signals): void {
  try {
    process.kill(-group, name);
  } catch {
    // It is gone already, which is what we want.
  }
}

/** When a process started, in clock ticks since boot; undefined when there is none, or only a zombie. */
export function startTime(pid: number): number | undefined {
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
