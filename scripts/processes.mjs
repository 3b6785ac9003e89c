// Child processes of the scripts: environment, progress lines, an orderly end.
import { spawn } from "node:child_process";

/** One line of progress. Machine output alone goes to standard output. */
export const say = (line) => process.stderr.write(`quarterdeck: ${line}\n`);

/** A failure that one line explains; `code` is the exit code, 2 for wrong usage or input. */
export class Problem extends Error {
  constructor(message, code = 2) {
    super(message);
    this.code = code;
  }
}

/** What npm and an outer build left in the environment would change what a child does. */
export function cleanEnvironment(added = {}) {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^npm_(lifecycle|package|command|execpath|node_execpath)/.test(name),
  );
  const {
    NODE_ENV: _,
    INIT_CWD: __,
    QUARTERDECK_DIST_DIR: ___,
    ...rest
  } = Object.fromEntries(kept);
  return { ...rest, NEXT_TELEMETRY_DISABLED: "1", ...added };
}

/**
 * Runs a program to its end. Resolves to its exit code and output; `quiet` keeps the output from
 * the terminal, `onStart` gets the child.
 */
export function run(program, args, { env, cwd, quiet = false, onStart } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, cwd, stdio: ["ignore", "pipe", "pipe"] });
    onStart?.(child);
    let output = "";
    const take = (chunk) => {
      output += chunk;
      if (!quiet) process.stderr.write(chunk);
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}

/** Ends children, at first politely; resolves when all are gone. */
export async function stopAll(children, graceMs) {
  const alive = children.filter((child) => child.exitCode === null && child.signalCode === null);
  const gone = Promise.all(alive.map((child) => new Promise((done) => child.once("exit", done))));
  for (const child of alive) child.kill("SIGTERM");
  const timer = setTimeout(() => {
    for (const child of alive) child.kill("SIGKILL");
  }, graceMs);
  await gone;
  clearTimeout(timer);
}

/** Runs a script's main function; a Problem becomes one line and its exit code. */
export async function main(run) {
  try {
    process.exitCode = (await run()) ?? 0;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    say(error.message);
    process.exitCode = error.code;
  }
}
