// Becomes dist/cli.mjs. Commands that read files alone run from one bundle, with what V8 compiled
// of it when it was built: looking for modules and compiling them would take longer than analysing
// a hundred objects. A cache that another version of Node wrote is refused by V8, which then
// compiles as usual. All else comes from modules, each command with its own.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { Script } from "node:vm";

const [command, ...args] = process.argv.slice(2);
const named = (flags) => args.some((arg) => flags.test(arg));
const readsFiles = {
  analyze: !named(/^--(kubeconfig|context)\b/),
  validate: !named(/^--(kubeconfig|context)\b/),
  "proxy-config": named(/^(--file\b|-f)/),
};

/** The bundle, for `code-cache.mjs`, which writes the cache. */
export const script = Object.hasOwn(readsFiles, command) && readsFiles[command] && bundle();

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
