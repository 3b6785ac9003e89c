// Completes package-lock.json, so that `npm ci` takes it on every machine.
//
// A registry that does not serve the binary packages of some platforms makes npm leave them out of
// the lock, and `npm ci` then refuses it. This adds each optional dependency that is missing, and
// leaves out the addresses of registries. Run it after each change of dependencies.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const LOCK = fileURLToPath(new URL("../package-lock.json", import.meta.url));

const SYSTEMS = ["android", "darwin", "freebsd", "linux", "openharmony", "win32", "aix", "sunos"];
const PROCESSORS = {
  arm: /^arm$|^armv\d/,
  arm64: /^arm64$/,
  ia32: /^ia32$/,
  loong64: /^loong64$/,
  mips64el: /^mips64el$/,
  ppc64: /^ppc64(le)?$/,
  riscv64: /^riscv64$/,
  s390x: /^s390x$/,
  wasm32: /^wasm32$/,
  x64: /^x64$/,
};

/** The lock with every optional dependency in it and no registry named; the given one stays as it is. */
export function fixedLock(lock) {
  const packages = Object.fromEntries(
    Object.entries(lock.packages).map(([path, { resolved: _, ...entry }]) => [path, entry]),
  );
  for (const [path, entry] of Object.entries(lock.packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      const own = `${path}/node_modules/${name}`;
      const shared = `node_modules/${name}`;
      if (packages[own] || packages[shared]) continue;
      packages[shared] = { version, ...platformOf(name), optional: true };
    }
  }
  const sorted = Object.entries(packages).sort(([a], [b]) => a.localeCompare(b, "en"));
  return { ...lock, packages: Object.fromEntries(sorted) };
}

/** For which machines a binary package is, read from its name: `@next/swc-win32-x64-msvc`. */
function platformOf(name) {
  const words = name.split(/[-/]/);
  const os = words.filter((word) => SYSTEMS.includes(word));
  const cpu = Object.keys(PROCESSORS).filter((key) =>
    words.some((word) => PROCESSORS[key].test(word)),
  );
  if (cpu.length !== 1 || (os.length !== 1 && cpu[0] !== "wasm32")) {
    throw new Error(`fix-lock: cannot tell the platform of ${name}`);
  }
  return { cpu, ...(os.length > 0 && { os }) };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = readFileSync(LOCK, "utf8");
  const fixed = `${JSON.stringify(fixedLock(JSON.parse(text)), null, 2)}\n`;
  if (fixed === text) console.error("package-lock.json is complete");
  else {
    writeFileSync(LOCK, fixed);
    console.error("package-lock.json is complete now: commit it");
  }
}
