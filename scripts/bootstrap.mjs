// Installs and builds what is missing or stale, and finds a browser for the tests. Uses Node alone:
// it runs before anything is installed. `node scripts/bootstrap.mjs [install] [build] [browser]`
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { cleanEnvironment, main, Problem, run, say } from "./processes.mjs";

export const ROOT = fileURLToPath(new URL("..", import.meta.url));
const at = (...parts) => join(ROOT, ...parts);
const STATE = at(".quarterdeck");
const LOCK_FILE = join(STATE, "bootstrap.lock");

/** What the pages and the server are made of. */
const APP_SOURCES = ["app", "components", "lib", "server", "public"];
const NODE_SCRIPTS = ["build-node.mjs", "cli-loader.cjs", "code-cache.mjs", "code-cache.yaml"].map(
  (name) => `scripts/${name}`,
);
/** What the command line and the embedded cluster are made of. */
const NODE_SOURCES = ["cli", "sandbox", "lib", "server", ...NODE_SCRIPTS];
const ROOT_SOURCES = /^(package(-lock)?\.json|[\w.-]+\.(ts|mjs))$/;
/** Next itself writes next-env.d.ts and tsconfig.json while it builds. */
const NOT_BUILT = /\.test\.tsx?$|^(vitest|playwright|knip|eslint)\.config\.\w+$|^next-env\.d\.ts$/;

const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(0)} s`;

/** Installs the packages of the lock unless they are there. Resolves to whether it did. */
export function install() {
  return locked("installing", async () => {
    if (isInstalled()) return false;
    say("installing packages (about half a minute)");
    const started = performance.now();
    const npm = process.env.npm_execpath;
    const args = ["ci", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"];
    const { code, output } = npm
      ? await run(process.execPath, [npm, ...args], {
          env: cleanEnvironment(),
          cwd: ROOT,
          quiet: true,
        })
      : await run("npm", args, { env: cleanEnvironment(), cwd: ROOT, quiet: true });
    if (code !== 0) {
      process.stderr.write(output);
      throw new Problem("'npm ci' failed, see above; check the network and the registry", 1);
    }
    say(`installed in ${seconds(started)}`);
    return true;
  });
}

/** npm writes down what it installed, as its last act: that must be what the lock asks for. */
function isInstalled() {
  const installed = at("node_modules", ".package-lock.json");
  if (!existsSync(installed)) return false;
  const wanted = JSON.parse(readFileSync(at("package-lock.json"), "utf8")).packages;
  const present = JSON.parse(readFileSync(installed, "utf8")).packages;
  return Object.entries(wanted).every(
    ([path, { version, optional }]) =>
      path === "" || optional || present[path]?.version === version,
  );
}

/** Builds what changed: the programs for Node, and unless `app` is false, the pages. */
export function build({ app = true } = {}) {
  return locked("building", async () => {
    const nodeStamp = stampOf(NODE_SOURCES);
    if (readStamp("dist") !== nodeStamp || !existsSync(at("dist", "cli.cjs"))) {
      await step("the command line", [at("scripts", "build-node.mjs")]);
      writeStamp("dist", nodeStamp);
    }
    if (!app) return;
    const appStamp = stampOf(APP_SOURCES);
    if (readStamp(".next") === appStamp && existsSync(at(".next", "BUILD_ID"))) return;
    say("building the pages (about a minute)");
    await step("the pages", [at("node_modules", "next", "dist", "bin", "next"), "build"]);
    writeStamp(".next", appStamp);
  });
}

async function step(what, args) {
  const started = performance.now();
  const env = cleanEnvironment({ NODE_ENV: "production" });
  const { code, output } = await run(process.execPath, args, { env, cwd: ROOT, quiet: true });
  if (code !== 0) {
    process.stderr.write(output);
    throw new Problem(`building ${what} failed, see above`, 1);
  }
  say(`built ${what} in ${seconds(started)}`);
}

/** A hash of all files below `sources`, and of the configuration beside them. */
function stampOf(sources) {
  const hash = createHash("sha256").update(
    `${process.version} ${process.platform} ${process.arch}`,
  );
  const rootFiles = readdirSync(ROOT).filter((name) => ROOT_SOURCES.test(name));
  for (const path of [...sources, ...rootFiles].flatMap(filesBelow).sort()) {
    hash.update(`\0${path}\0`).update(readFileSync(at(path)));
  }
  return hash.digest("hex");
}

function filesBelow(path) {
  const stat = statSync(at(path), { throwIfNoEntry: false });
  if (!stat || NOT_BUILT.test(path)) return [];
  if (!stat.isDirectory()) return [path];
  return readdirSync(at(path)).flatMap((name) => filesBelow(`${path}/${name}`));
}

const stampFile = (folder) => at(folder, ".quarterdeck-build");
const readStamp = (folder) =>
  existsSync(stampFile(folder)) ? readFileSync(stampFile(folder), "utf8") : undefined;
const writeStamp = (folder, stamp) => writeFileSync(stampFile(folder), stamp);

/** Two at once would write over each other's files: the second waits for the first. */
async function locked(doing, act) {
  mkdirSync(STATE, { recursive: true });
  let told = false;
  while (!takeLock()) {
    if (!told) say(`another process is ${doing} here; waiting for it`);
    told = true;
    await sleep(500);
  }
  try {
    return await act();
  } finally {
    rmSync(LOCK_FILE, { force: true });
  }
}

function takeLock() {
  try {
    writeFileSync(LOCK_FILE, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
  }
  const holder = Number(readFileSync(LOCK_FILE, "utf8"));
  // A process that was killed left its lock behind.
  if (holder > 0 && !isAlive(holder)) rmSync(LOCK_FILE, { force: true });
  return false;
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** The path of a Chromium: named by CHROMIUM_PATH, on the PATH, or installed from Debian now. */
export async function browser() {
  const found = process.env.CHROMIUM_PATH || chromiumOnPath();
  if (found) return found;
  const apt = onPath("apt-get");
  if (process.getuid?.() !== 0 || !apt) {
    throw new Problem(
      "the browser tests need Chromium: install it ('sudo apt-get install chromium'), or name one in CHROMIUM_PATH",
      1,
    );
  }
  say("installing Chromium from Debian");
  const started = performance.now();
  const env = cleanEnvironment({ DEBIAN_FRONTEND: "noninteractive" });
  const packages = ["install", "-y", "--no-install-recommends", "chromium"];
  let result = await run(apt, packages, { env, quiet: true });
  if (result.code !== 0) {
    await run(apt, ["update"], { env, quiet: true });
    result = await run(apt, packages, { env, quiet: true });
  }
  const installed = chromiumOnPath();
  if (result.code !== 0 || !installed) {
    process.stderr.write(result.output);
    throw new Problem("'apt-get install chromium' failed, see above", 1);
  }
  say(`installed Chromium in ${seconds(started)}`);
  return installed;
}

const chromiumOnPath = () =>
  ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"]
    .map(onPath)
    .find((path) => path !== undefined);

const onPath = (name) =>
  (process.env.PATH ?? "")
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(async () => {
    const wanted = process.argv.slice(2);
    if (wanted.length === 0 || wanted.includes("install")) await install();
    if (wanted.length === 0 || wanted.includes("build")) await build();
    if (wanted.includes("browser")) process.stdout.write(`${await browser()}\n`);
  });
}
