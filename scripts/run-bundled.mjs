// node scripts/run-bundled.mjs ENTRY.ts NAME [ARGUMENT…]: bundles a program to dist/NAME.mjs and runs it.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");
const [entry, name, ...args] = process.argv.slice(2);
const outfile = join(root, "dist", `${name}.mjs`);

await build({
  entryPoints: [join(root, entry)],
  outfile,
  bundle: true,
  platform: "node",
  target: "node20",
  format: "esm",
  packages: "external",
  alias: { "@": root },
  logLevel: "error",
});

const child = spawn(process.execPath, [outfile, ...args], { stdio: "inherit" });
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => {
  process.exitCode = signal ? 1 : (code ?? 1);
});
