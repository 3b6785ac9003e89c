// Becomes dist/cli.mjs. Commands that read files alone run from one bundle, with what V8 compiled
// of it when it was built: looking for modules and compiling them would take longer than analysing
// a hundred objects. A cache that another version of Node wrote is refused by V8, which then
// compiles as usual. All else comes from modules, each command with its own.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { Script } from "node:vm";

const [command, ...args] = process.argv.slice(2);
const readsCluster = args.some((arg) => /^--(kubeconfig|context)\b/.test(arg));

/** The bundle, for `code-cache.mjs`, which writes the cache. */
export const script = new Set(["analyze", "validate"]).has(command) && !readsCluster && bundle();

if (!script) await import(new URL("cli/main.mjs", import.meta.url).href);

function bundle() {
  const at = (name) => fileURLToPath(new URL(name, import.meta.url));
  const filename = at("cli/files.cjs");
  const cache = at("cli/files.cache");
  const loaded = new Script(readFileSync(filename, "latin1"), {
    filename,
    ...(existsSync(cache) && { cachedData: readFileSync(cache) }),
  });
  loaded.runInThisContext()(createRequire(filename), { exports: {} });
  return loaded;
}
