// The embedded cluster as a child process.
import { spawn } from "node:child_process";
import { join, resolve } from "node:path";
import { ROOT } from "./bootstrap.mjs";
import { cleanEnvironment, Problem } from "./processes.mjs";

/** A mesh of thousands of services takes its time on a small machine. */
const START_MS = 120_000;

/**
 * Starts the sandbox. Resolves to its process and address: `{kubeconfig, server, prometheus}`.
 * @throws Problem with the sandbox's own words.
 */
export function startSandbox({ scenario, objects, onStart }) {
  const args = [join(ROOT, "dist", "cli.cjs"), "sandbox", "--port", "0"];
  if (scenario) args.push("--scenario", scenario);
  if (objects) args.push("--objects", resolve(objects));
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: cleanEnvironment(),
    stdio: ["ignore", "pipe", "pipe"],
  });
  onStart?.(child);
  return new Promise((resolve, reject) => {
    let output = "";
    let errors = "";
    const fail = (reason) => reject(new Problem(reason));
    const timer = setTimeout(() => fail("the sandbox did not start within 120 s"), START_MS);
    child.stdout.on("data", (chunk) => {
      output += chunk;
      const end = output.indexOf("\n");
      if (end < 0) return;
      clearTimeout(timer);
      resolve({ child, address: JSON.parse(output.slice(0, end)) });
    });
    child.stderr.on("data", (chunk) => {
      errors = (errors + chunk).slice(-4_000);
      process.stderr.write(chunk);
    });
    child.once("exit", () => {
      clearTimeout(timer);
      fail(`the sandbox did not start${errors ? ", see above" : ""}`);
    });
  });
}
