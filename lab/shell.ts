import { execFile, execFileSync } from "node:child_process";
import { type Environment, processEnvironment } from "./environment";
import { LabError } from "./lab-error";

/** Runs a program to its end and returns what it printed. @throws LabError with its own words */
export function run(
  program: string,
  args: readonly string[],
  options: { input?: string; env?: Environment; cwd?: string } = {},
): string {
  try {
    const { env, ...rest } = options;
    return execFileSync(program, args, {
      encoding: "utf8",
      stdio: "pipe",
      maxBuffer: 64 << 20,
      ...(env ? { env: processEnvironment(env) } : {}),
      ...rest,
    });
  } catch (error) {
    throw new LabError(`${program} ${args.slice(0, 6).join(" ")}: ${reasonOf(error)}`);
  }
}

/** The same, where failing is fine: what is to be removed may be gone already. */
export function attempt(program: string, args: readonly string[]): boolean {
  try {
    execFileSync(program, args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Runs a long program in the background of the event loop, its output going to `onLine`. */
export function runLong(
  program: string,
  args: readonly string[],
  options: { env: Environment; cwd: string },
): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(
      program,
      args,
      { cwd: options.cwd, env: processEnvironment(options.env), maxBuffer: 64 << 20 },
      (error, _, stderr) => {
        if (!error) return resolve();
        reject(new LabError(`${program} ${args.slice(0, 4).join(" ")}: ${lastLines(stderr)}`));
      },
    );
  });
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const stderr = (error as { stderr?: unknown }).stderr;
  const text = typeof stderr === "string" && stderr.trim() !== "" ? stderr : error.message;
  return lastLines(text);
}

/** Where programs say why they failed, in one line. */
const lastLines = (text: string): string => text.trim().split("\n").slice(-3).join(" ");
