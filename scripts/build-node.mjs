// Bundles the programs that run on Node alone: the command line with the embedded cluster in it.
import { build } from "esbuild";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

await build({
  absWorkingDir: root,
  entryPoints: { cli: "cli/main.ts" },
  outdir: "dist",
  outExtension: { ".js": ".mjs" },
  // A command loads what it needs: reading files must not wait for the embedded cluster.
  splitting: true,
  chunkNames: "cli/[name]-[hash]",
  bundle: true,
  // One file for each command, and what they share: none loads what only another one needs.
  splitting: true,
  chunkNames: "cli/[name]-[hash]",
  platform: "node",
  target: "node20",
  format: "esm",
  packages: "external",
  alias: { "@": root.replace(/\/$/, "") },
  sourcemap: "linked",
  logLevel: "warning",
});
