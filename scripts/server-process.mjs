// The product's server as a child process, for benches.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { ROOT } from "./bootstrap.mjs";
import { cleanEnvironment, Problem } from "./processes.mjs";

/** Installing and building may be a part of it. */
const START_MS = 150_000;

/**
 * Starts the server of the clone in `root`. Resolves to its process and address once it says where
 * it is. @throws Problem when it does not.
 */
export function startServer({ root = ROOT, flags = [] } = {}) {
  const args = [join(root, "scripts", "start.mjs"), "--port", "0", "--no-open", ...flags];
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: cleanEnvironment(),
    stdio: ["ignore", "pipe", "ignore"],
  });
  return new Promise((resolve, reject) => {
    const fail = (reason) => reject(new Problem(reason, 1));
    const timer = setTimeout(() => {
      child.kill("SIGTERM");
      fail("the server did not start in time");
    }, START_MS);
    child.once("exit", () => {
      clearTimeout(timer);
      fail("the server ended before it was up");
    });
    let output = "";
    child.stdout.on("data", (chunk) => {
      output += chunk;
      const url = /Quarterdeck is at (\S+)/.exec(output)?.[1];
      if (!url) return;
      clearTimeout(timer);
      resolve({ child, url });
    });
  });
}
