// Bundles the programs that run on Node alone: the command line with the embedded cluster in it.
import { build } from "esbuild";
import { spawnSync } from "node:child_process";
import { copyFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");
const folder = join(root, "dist", "cli");

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: "node",
  target: "node20",
  alias: { "@": root },
  sourcemap: "linked",
  logLevel: "warning",
};

/** What the commands that read files alone never load. */
const withoutClusters = {
  name: "without-clusters",
  setup({ onResolve }) {
    onResolve(
      { filter: /\/(commands\/(graph|request|sandbox)|live-objects|live-proxies)$/ },
      ({ path }) => ({
        path,
        external: true,
      }),
    );
  },
};

/** Schemas as a text: parsed where they are needed, in less time than V8 takes for a literal. */
const jsonAsText = {
  name: "json-as-text",
  setup({ onLoad }) {
    onLoad({ filter: /\.gen\.json$/ }, ({ path }) => {
      const text = JSON.stringify(JSON.parse(readFileSync(path, "utf8")));
      return { contents: `module.exports = JSON.parse(${JSON.stringify(text)})`, loader: "js" };
    });
  },
};

// V8 tells a cache of another bundle by its length only.
rmSync(join(folder, "files.cache"), { force: true });
await build({
  ...common,
  entryPoints: { main: "cli/main.ts" },
  outdir: folder,
  outExtension: { ".js": ".mjs" },
  // One file for each command, and what they share: none loads what only another one needs.
  splitting: true,
  chunkNames: "[name]-[hash]",
  format: "esm",
  packages: "external",
});
// The packages in it, and little to read: see `cli-loader.cjs`.
await build({
  ...common,
  entryPoints: ["cli/main.ts"],
  outfile: join(folder, "files.cjs"),
  plugins: [withoutClusters, jsonAsText],
  format: "cjs",
  minifyWhitespace: true,
  minifySyntax: true,
  // A crash shows the line it happened on.
  lineLimit: 120,
  banner: { js: "(function (require, module) {" },
  footer: { js: "})" },
});
copyFileSync(join(root, "scripts", "cli-loader.cjs"), join(root, "dist", "cli.cjs"));
// For those who know the program by this name.
writeFileSync(join(root, "dist", "cli.mjs"), 'import "./cli.cjs";\n');

const { status } = spawnSync(process.execPath, [join(root, "scripts", "code-cache.mjs")], {
  stdio: ["ignore", "ignore", "inherit"],
});
if (status !== 0) throw new Error("the command line does not run");
