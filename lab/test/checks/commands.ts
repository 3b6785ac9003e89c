import { createServer } from "node:net";
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { API_PORT } from "../../api-client";
import { ISTIOD } from "../../control-plane-ports";
import { type Folders, labFolders } from "../../folders";
import { found, must } from "../check";
import { nothingLeft } from "../nothing-left";
import { lab, labBundle, type Outcome, runToEnd } from "../programs";

/** What the lab's commands say to bad input: one line, exit code 2, and nothing is left behind. */
export const commandChecks: readonly { title: string; run: () => Promise<string> }[] = [
  { title: "a taken port is named", run: takenPort },
  { title: "a topology file with an error is named with its path", run: badTopology },
  { title: "commands without a lab say so", run: withoutLab },
  { title: "who is not root is told", run: notRoot },
  { title: "a machine that refuses network namespaces is told", run: noNamespaces },
  { title: "a missing Go is named with an empty cache and with a half-built one", run: noGo },
  { title: "missing programs are named with what installs them", run: noPrograms },
  { title: "a half-built cache is built to its end, and only what is missing", run: halfBuilt },
];

async function takenPort(): Promise<string> {
  const lines: string[] = [];
  for (const port of [API_PORT, ISTIOD.xds]) {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(port, "127.0.0.1", resolve));
    try {
      lines.push(refusal(await lab("up"), new RegExp(`port ${port} is taken`)));
    } finally {
      await new Promise((resolve) => other.close(resolve));
    }
  }
  return lines[0] ?? "";
}

async function badTopology(): Promise<string> {
  return withFolder(async (folder) => {
    const file = join(folder, "mesh.yaml");
    writeFileSync(
      file,
      "name: x\nnamespaces: [{ name: a, injected: true }]\nworkloads: [{ name: w, namespace: b, app: w }]\nservices: []\n",
    );
    const line = refusal(
      await lab("up", "--topology", file),
      /mesh\.yaml: workloads\[0\]\.namespace: no namespace b$/,
    );
    writeFileSync(file, "name: [x\n");
    refusal(await lab("up", "--topology", file), /mesh\.yaml: .* at line \d+, column \d+/);
    rmSync(file);
    refusal(await lab("up", "--topology", file), /mesh\.yaml: ENOENT/);
    return line;
  });
}

async function withoutLab(): Promise<string> {
  refusal(await lab("traffic"), /the lab is not up/);
  refusal(await lab("kill", "istiod"), /no process istiod runs/);
  return refusal(await lab("up", "--topology", "nowhere"), /--topology is one of/);
}

/** Nobody, who may read the clone wherever it is. */
const AS_NOBODY = [
  ...["--reuid=65534", "--regid=65534", "--clear-groups"],
  ...["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"],
];

async function notRoot(): Promise<string> {
  return withFolder(async (folder) => {
    const ended = await labAs(AS_NOBODY, "up", { QUARTERDECK_LAB: join(folder, "cache") });
    return refusal(ended, /takes root: run it with sudo/, labIn(join(folder, "cache")));
  });
}

async function noNamespaces(): Promise<string> {
  const ended = await labAs(["--bounding-set=-sys_admin"], "up", {});
  return refusal(ended, /refuses network namespaces/);
}

async function noGo(): Promise<string> {
  return withFolder(async (folder) => {
    const PATH = pathOf(folder, ["ip", "iptables", "setpriv", "openssl", "prometheus", "python3"]);
    const QUARTERDECK_LAB = join(folder, "cache");
    for (const command of ["build", "up"]) {
      const ended = await labWith({ PATH, QUARTERDECK_LAB }, command);
      refusal(ended, /the lab needs go \(install Go/, labIn(QUARTERDECK_LAB));
    }
    must(!existsSync(QUARTERDECK_LAB), "the cache was begun");
    return withHalfCache(async (folders) => {
      const ended = await labWith({ PATH, QUARTERDECK_LAB: folders.root }, "up");
      return refusal(ended, /the lab needs go \(install Go/, folders);
    });
  });
}

async function noPrograms(): Promise<string> {
  return withFolder(async (folder) => {
    const PATH = pathOf(folder, ["ip"]);
    return refusal(
      await labWith({ PATH }, "up"),
      /the lab needs .*prometheus \(apt-get install prometheus\)/,
    );
  });
}

async function halfBuilt(): Promise<string> {
  return withHalfCache(async (folders) => {
    const { code, err } = await labWith({ QUARTERDECK_LAB: folders.root }, "build");
    must(code === 0 && err.trim() === "building app (1 of 1)", `exit code ${code}: ${err}`);
    const asked = await runToEnd(join(folders.bin, "app"), ["-h"]);
    must(asked.err.includes("-behaviour"), `app says ${asked.err}`);
    const again = await labWith({ QUARTERDECK_LAB: folders.root }, "build");
    must(again.code === 0 && again.err === "", again.err);
    return err.trim();
  });
}

/** A cache beside the real one that shares its programs, in which the build of `app` was cut off. */
async function withHalfCache<T>(act: (folders: Folders) => Promise<T>): Promise<T> {
  const built = labFolders(process.env);
  const root = mkdtempSync(join(dirname(built.root), "quarterdeck-lab-"));
  const half = labIn(root);
  try {
    mkdirSync(half.bin);
    for (const name of readdirSync(built.bin).filter((each) => !each.startsWith("app")))
      linkSync(join(built.bin, name), join(half.bin, name));
    symlinkSync(built.venv, half.venv);
    linkSync(`${built.venv}.stamp`, `${half.venv}.stamp`);
    writeFileSync(join(half.bin, "app"), "\x7fELF and no more");
    return await act(half);
  } finally {
    rmSync(root, { recursive: true });
  }
}

const labIn = (QUARTERDECK_LAB: string): Folders => labFolders({ QUARTERDECK_LAB });
const labWith = (env: Readonly<Record<string, string>>, ...args: string[]): Promise<Outcome> =>
  runToEnd(process.execPath, [labBundle, ...args], { env });
const labAs = (how: readonly string[], command: string, env: Readonly<Record<string, string>>) =>
  runToEnd("setpriv", [...how, process.execPath, labBundle, command], { env });

/** A PATH with these programs and no other. */
function pathOf(folder: string, programs: readonly string[]): string {
  const bin = join(folder, "bin");
  mkdirSync(bin);
  const folders = (process.env.PATH ?? "").split(":").concat("/usr/sbin", "/sbin");
  for (const program of programs) {
    const file = folders.map((each) => join(each, program)).find((each) => existsSync(each));
    symlinkSync(found(file, program), join(bin, program));
  }
  return bin;
}

async function withFolder<T>(act: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "quarterdeck-lab-"));
  try {
    return await act(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function refusal(
  { code, err }: Outcome,
  wanted: RegExp,
  folders = labFolders(process.env),
): string {
  const line = err.trim();
  must(code === 2 && wanted.test(line) && !line.includes("\n"), `exit code ${code}: ${line}`);
  nothingLeft(folders);
  return line;
}
