// Bundles the programs that run on Node alone: the command line with the embedded cluster in it.
import { build } from "esbuild";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { withoutExamples } from "./without-examples.mjs";

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
      { filter: /\/(commands\/(graph|request|rollout|sandbox)|live-objects|live-proxies)$/ },
      ({ path }) => ({
        path,
        external: true,
      }),
    );
  },
};

/** The schemas of each kind in a file of their own that is read when it is asked for: most runs need a few. */
const schemasOnDemand = {
  name: "schemas-on-demand",
  setup({ onLoad }) {
    onLoad({ filter: /\/envoy-types\.gen\.json$/ }, ({ path }) => {
      const types = JSON.parse(readFileSync(path, "utf8"));
      writeFileSync(join(folder, "schemas", "envoy-types.json"), JSON.stringify(types));
      const getters = Object.keys(types).map((name) => `get ${name}() { return load().${name}; }`);
      return {
        contents: `let types; const load = () => (types ??= schemasOf("envoy-types.json")); module.exports = { ${getters.join(", ")} };`,
        loader: "js",
      };
    });
    onLoad({ filter: /\.gen\.json$/ }, ({ path }) => {
      const definitions = JSON.parse(readFileSync(path, "utf8")).map(({ schemas, ...others }) => {
        const file = `${others.metadata.name}.json`;
        writeFileSync(join(folder, "schemas", file), JSON.stringify(schemas));
        return `{ ...${JSON.stringify(others)}, get schemas() { return schemasOf("${file}"); } }`;
      });
      return { contents: `module.exports = [${definitions.join(",")}];`, loader: "js" };
    });
  },
};

/** The examples of rules are for their pages and tests: half of what the rules are. */
const rulesWithoutExamples = {
  name: "rules-without-examples",
  setup({ onLoad }) {
    onLoad({ filter: /\/lib\/analysis\/(?:rules|families)\/[a-z-]+\.ts$/ }, ({ path }) => ({
      contents: withoutExamples(readFileSync(path, "utf8")),
      loader: "ts",
    }));
  },
};

/** Packages that few runs need: each is loaded when something of it is used. */
const PACKAGES_ON_DEMAND = ["@marcbachmann/cel-js", "re2js", "yaml", "zod"];

const nameOf = (path) => path.split("/").at(-1);

const packagesOnDemand = {
  name: "packages-on-demand",
  setup({ onLoad, onResolve }) {
    const filter = new RegExp(`^(?:${PACKAGES_ON_DEMAND.join("|")})$`);
    onResolve({ filter }, ({ path }) => ({ path, namespace: "on-demand" }));

    onLoad({ filter: /./, namespace: "on-demand" }, async ({ path }) => {
      const names = Object.keys(await import(path)).filter((name) => name !== "default");
      const getters = names.map((name) => `get ${name}() { return load().${name}; }`);
      return {
        contents: `const load = () => packageOf("${nameOf(path)}"); module.exports = { ${getters.join(", ")} };`,
      };
    });
  },
};

// V8 tells a cache of another bundle by its length only.
for (const name of ["files", ...PACKAGES_ON_DEMAND.map(nameOf)]) {
  rmSync(join(folder, `${name}.cache`), { force: true });
}
mkdirSync(join(folder, "schemas"), { recursive: true });
await build({
  ...common,
  entryPoints: {
    main: "cli/main.ts",
    "prometheus-worker": "sandbox/prometheus/worker.ts",
    "dump-worker": "server/proxies/dump-worker.ts",
  },
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
  plugins: [withoutClusters, schemasOnDemand, packagesOnDemand, rulesWithoutExamples],
  format: "cjs",
  minifyWhitespace: true,
  minifySyntax: true,
  // A crash shows the line it happened on.
  lineLimit: 120,
  banner: { js: "(function (require, module, packageOf, schemasOf) {" },
  footer: { js: "})" },
});
await build({
  ...common,
  entryPoints: Object.fromEntries(PACKAGES_ON_DEMAND.map((path) => [nameOf(path), path])),
  outdir: folder,
  outExtension: { ".js": ".cjs" },
  sourcemap: false,
  format: "cjs",
  minify: true,
  banner: { js: "(function (require, module, exports) {" },
  footer: { js: "})" },
});
copyFileSync(join(root, "scripts", "cli-loader.cjs"), join(root, "dist", "cli.cjs"));
// For those who know the program by this name.
writeFileSync(join(root, "dist", "cli.mjs"), 'import "./cli.cjs";\n');

const { status } = spawnSync(process.execPath, [join(root, "scripts", "code-cache.mjs")], {
  stdio: ["ignore", "ignore", "inherit"],
});
if (status !== 0) throw new Error("the command line does not run");
