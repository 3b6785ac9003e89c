import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { parse, stringify } from "yaml";
import { liveObjects } from "@/cli/live-objects";
import { runCommand } from "@/cli/run-command";
import { RULES } from "@/lib/analysis/rules.gen";
import type { KubeObject } from "@/lib/k8s/object";
import { type RunningSandbox, startSandbox } from "@/sandbox/main";
import { sandboxOptions } from "@/sandbox/options";

interface Output {
  readonly findings: readonly Record<string, unknown>[];
}

describe("analyze, of a cluster and of what it holds", () => {
  let sandbox: RunningSandbox;
  let folder: string;
  let objects: readonly KubeObject[];
  let out: string;
  const stdin = Object.getOwnPropertyDescriptor(process, "stdin");

  beforeAll(async () => {
    sandbox = await startSandbox(sandboxOptions(["--port", "0", "--scenario", "broken"]));
    folder = mkdtempSync(join(tmpdir(), "quarterdeck-analyze-"));
    const kinds = new Set(RULES.flatMap((rule) => [...rule.kinds, ...rule.reads]));
    kinds.delete("Secret");
    const { kubeconfig } = sandbox.address;
    const live = { kubeconfig, context: undefined };
    objects = await liveObjects(live, [...kinds], (kind) => {
      throw new Error(`the sandbox refuses ${kind}`);
    });
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await sandbox.stop();
  });
  beforeEach(() => {
    out = "";
    vi.spyOn(process.stdout, "write").mockImplementation((text) => {
      out += String(text);
      return true;
    });
  });
  afterEach(() => {
    vi.restoreAllMocks();
    if (stdin) Object.defineProperty(process, "stdin", stdin);
  });

  /** What is found, without the place in a file, which a cluster has not. */
  const found = async (...args: readonly string[]) => {
    out = "";
    await runCommand(["analyze", ...args, "-o", "json"]);
    const { findings } = JSON.parse(out) as Output;
    return findings.map(({ code, level, kind, namespace, name, message, path }) =>
      [level, code, kind, namespace, name, path, message].join(" "),
    );
  };

  it("finds the same in a cluster, in a folder and on stdin", async () => {
    const text = objects.map((object) => stringify(object)).join("---\n");
    const half = Math.ceil(objects.length / 2);
    const write = (name: string, part: readonly KubeObject[]) =>
      writeFileSync(join(folder, name), part.map((object) => stringify(object)).join("---\n"));
    write("one.yaml", objects.slice(0, half));
    write("two.yaml", objects.slice(half));
    const live = await found("--kubeconfig", sandbox.address.kubeconfig);
    expect(live.length).toBeGreaterThan(20);
    expect(await found(folder)).toEqual(live);
    Object.defineProperty(process, "stdin", { value: Readable.from([text]), configurable: true });
    expect(await found("-")).toEqual(live);
  });

  it("compares Services with those of other contexts", async () => {
    const config = parse(readFileSync(sandbox.address.kubeconfig, "utf8")) as {
      contexts: { name: string; context: object }[];
    };
    const [first] = config.contexts;
    const contexts = [...config.contexts, { ...first, name: "west" }];
    const kubeconfig = join(folder, "kubeconfig");
    writeFileSync(kubeconfig, stringify({ ...config, contexts }));
    const both = ["--kubeconfig", kubeconfig, "--remote-contexts", "west", "--only", "IST0170"];
    expect(await found(...both)).toEqual([]);
    const service = objects.find(({ kind }) => kind === "Service");
    if (!service) throw new Error("the sandbox has no Service");
    const changed = join(folder, "changed.yaml");
    writeFileSync(changed, stringify({ ...service, spec: { type: "NodePort", ports: [] } }));
    const { name, namespace } = service.metadata;
    expect(await found(changed, ...both)).toEqual([
      `Warning IST0170 Service ${namespace} ${name} spec This Service differs from that of the same name in west: in its type and its ports.`,
    ]);
  });
});
