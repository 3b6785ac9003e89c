import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";

const START = fileURLToPath(new URL("start.mjs", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "quarterdeck-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs `npm start`'s script to its end. */
function start(args: readonly string[], env: Record<string, string> = {}) {
  return new Promise<{ code: number | null; output: string; errors: string }>((resolve) => {
    const child = spawn(process.execPath, [START, "--no-open", ...args], {
      env: { PATH: process.env.PATH, ...env } as unknown as NodeJS.ProcessEnv,
    });
    let output = "";
    let errors = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
    child.on("close", (code) => resolve({ code, output, errors }));
  });
}

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const WITHOUT_CONTEXT = file(
  "contexts",
  "contexts: [{name: one, context: {cluster: a, user: a}}, {name: two, context: {}}]\n",
);

test.each<[string, string[], string]>([
  ["an unknown flag", ["--bogus"], "Unknown option '--bogus'"],
  ["an argument", ["here"], "here"],
  ["a port out of range", ["--port", "70000"], "--port must be a number"],
  ["a port that is a word", ["--port", "http"], "--port must be a number"],
  ["a URL that is none", ["--prometheus", "prometheus:9090"], "--prometheus must be a URL"],
  ["two clusters", ["--in-cluster", "--context", "a"], "--in-cluster excludes"],
  [
    "a scenario on a cluster",
    ["--context", "a", "--scenario", "b"],
    "--scenario is for the sandbox",
  ],
  ["a missing kubeconfig", ["--kubeconfig", "/nowhere"], "there is no kubeconfig at /nowhere"],
  ["a host that is not here", ["--host", "203.0.113.1"], "correct --host"],
  [
    "a broken kubeconfig",
    ["--port", "0", "--kubeconfig", file("broken", "a: [")],
    "broken cannot be read",
  ],
  [
    "a kubeconfig that is none",
    ["--port", "0", "--kubeconfig", file("other", "hello: world\n")],
    "is not a kubeconfig",
  ],
  [
    "a context that is not there",
    ["--port", "0", "--kubeconfig", WITHOUT_CONTEXT, "--context", "three"],
    "has no context three: choose one with --context (one, two)",
  ],
])("%s is told in one line, and nothing is started", async (_name, args, message) => {
  const { code, output, errors } = await start(args);
  expect(errors).toContain(message);
  expect(errors.trim().split("\n")).toHaveLength(1);
  expect({ code, output }).toEqual({ code: 2, output: "" });
});

test("a port in use is told before anything is installed or built", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const { code, errors } = await start([], { QUARTERDECK_PORT: String(port) });
  server.close();
  expect({ code, errors }).toEqual({
    code: 2,
    errors: `quarterdeck: port ${port} of 127.0.0.1 is in use: stop what listens there, or choose another with --port N\n`,
  });
});

test("flags stand above the environment", async () => {
  const env = { QUARTERDECK_KUBECONFIG: "/from-environment", QUARTERDECK_PORT: "0" };
  expect((await start([], env)).errors).toContain("no kubeconfig at /from-environment");
  const { errors } = await start(["--kubeconfig", "/from-flag"], env);
  expect(errors).toContain("no kubeconfig at /from-flag");
  const unclear = await start([], { QUARTERDECK_READ_ONLY: "perhaps" });
  expect(unclear.errors).toContain("QUARTERDECK_READ_ONLY must be true or false");
});

test("help lists the flags", async () => {
  const { code, output } = await start(["--help"]);
  expect(code).toBe(0);
  for (const flag of ["--port", "--kubeconfig", "--in-cluster", "--scenario", "--read-only"]) {
    expect(output).toContain(flag);
  }
});
