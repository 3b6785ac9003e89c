// node scripts/code-cache.mjs: keeps what V8 compiled of the command line in dist/cli/*.cache.
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

// Only functions that ran are kept; those of an analysis with findings are the ones that count.
process.argv.splice(2, Infinity, "analyze", at("code-cache.yaml"), "-o", "json");
const scripts = createRequire(import.meta.url)("../dist/cli.cjs");
process.on("exit", () => {
  for (const [name, script] of scripts) {
    writeFileSync(at(`../dist/cli/${name}.cache`), script.createCachedData());
  }
  process.exitCode = 0;
});
