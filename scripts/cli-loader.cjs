// Becomes dist/cli.cjs. Commands that read files alone run from one bundle, with what V8 compiled
// of it when it was built: looking for modules and compiling them would take longer than analysing
// a hundred objects. A cache that another version of Node wrote is refused by V8, which then
// compiles as usual. Packages that few runs need lie beside it, each with a cache of its own. All
// else comes from modules, each command with its own. It is no module itself, because Node's loader
// of modules takes a while to start.
const { existsSync, readFileSync, writeSync } = require("node:fs");
const { join } = require("node:path");
const { pathToFileURL } = require("node:url");
const { Script } = require("node:vm");

const [command, ...args] = process.argv.slice(2);
const named = (flags) => args.some((arg) => flags.test(arg));
const readsFiles = {
  analyze: !named(/^--(kubeconfig|context)\b/),
  validate: !named(/^--(kubeconfig|context)\b/),
  "proxy-config": named(/^(--file\b|-f)/),
};

/** The scripts that ran, by name, for `code-cache.mjs`, which writes their caches. */
const scripts = new Map();
const packages = new Map();
module.exports = scripts;

if (Object.hasOwn(readsFiles, command) && readsFiles[command]) {
  tuneForShortRuns();
  writeAtOnce();
  functionOf("files")(require, { exports: {} }, packageOf, schemasOf);
  // Leaves without taking the heap apart, which takes as long as analysing ten objects.
  process.once("beforeExit", () => process.exit());
} else import(pathToFileURL(join(__dirname, "cli", "main.mjs")).href);

/**
 * Tells V8 that all is over in a second: it would spend more on optimising hundreds of rules than
 * it saves, and on collecting in several threads and steps what is collected a few times. Before
 * any cache is read, because V8 takes a cache only with the flags that it was written with.
 */
function tuneForShortRuns() {
  // The last version that is known to have the flags.
  if (Number(process.versions.node.split(".")[0]) > 24) return;
  const { setFlagsFromString } = require("node:v8");
  setFlagsFromString("--interrupt-budget=400000");
  setFlagsFromString("--no-parallel-scavenge");
  setFlagsFromString("--no-incremental-marking");
}

/** The function that a bundle is. */
function functionOf(name) {
  const filename = join(__dirname, "cli", `${name}.cjs`);
  const cache = join(__dirname, "cli", `${name}.cache`);
  const script = new Script(readFileSync(filename, "latin1"), {
    filename,
    ...(existsSync(cache) && { cachedData: readFileSync(cache) }),
  });
  scripts.set(name, script);
  return script.runInThisContext();
}

/** What a package exports. */
function packageOf(name) {
  if (!packages.has(name)) {
    const module = { exports: {} };
    functionOf(name)(require, module, module.exports);
    packages.set(name, module.exports);
  }
  return packages.get(name);
}

/** The schemas of a kind: few runs need many. */
function schemasOf(file) {
  return JSON.parse(readFileSync(join(__dirname, "cli", "schemas", file), "utf8"));
}

/** Writes what is told without Node's streams, which take long to load. */
function writeAtOnce() {
  const stream = Object.getOwnPropertyDescriptor(process, "stdout");
  const write = (text) => {
    const bytes = Buffer.from(text);
    let written = 0;
    try {
      while (written < bytes.length) written += writeSync(1, bytes, written);
      return true;
    } catch (error) {
      // Nobody reads on, as with `| head`.
      if (error.code === "EPIPE") return false;
      if (error.code !== "EAGAIN") throw error;
      // A pipe that takes no more for now.
      Object.defineProperty(process, "stdout", stream);
      return process.stdout.write(bytes.subarray(written));
    }
  };
  Object.defineProperty(process, "stdout", { configurable: true, value: { write } });
}
