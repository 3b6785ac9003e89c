import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";

const ROOT = join(import.meta.dirname, "..", "..");

const ROUTE = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec:
  hosts: [reviews]
  http:
    - route:
        - destination:
            host: nowhere
`;

const SERVICE = `apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { ports: [{ name: http, port: 80 }], selector: { app: reviews } }
`;

const MATCH = /^route\.yaml:\d+:\d+: Error IST0101\/KIA1101 VirtualService shop\/reviews: /m;

interface Output {
  readonly findings: readonly Record<string, unknown>[];
  readonly summary: Record<string, number>;
}

describe("quarterdeck analyze, as it is built", () => {
  let folder: string;
  beforeAll(() => {
    spawnSync(process.execPath, ["scripts/build-node.mjs"], { cwd: ROOT });
    folder = mkdtempSync(join(tmpdir(), "quarterdeck-analyze-"));
    mkdirSync(join(folder, "mesh/deep"), { recursive: true });
    writeFileSync(join(folder, "route.yaml"), ROUTE);
    writeFileSync(join(folder, "mesh/service.yml"), `${SERVICE}---\n${SERVICE}---\n`);
    writeFileSync(join(folder, "mesh/deep/notes.txt"), "no: manifest: at all");
    writeFileSync(
      join(folder, "mesh/deep/list.json"),
      JSON.stringify({
        apiVersion: "v1",
        kind: "List",
        items: [{ apiVersion: "batch/v1", kind: "Job" }],
      }),
    );
    writeFileSync(join(folder, "broken.yaml"), "apiVersion: v1\nkind: [\n");
    writeFileSync(join(folder, "values.yaml"), "replicas: 3\n");
    writeFileSync(join(folder, "wrong-mesh.txt"), 'trustDomain: a\nenableAutoMtls: "no"\n');
    writeFileSync(join(folder, "unknown.txt"), "rules: { KIA0101: Off, IST9999: Off }\n");
    writeFileSync(join(folder, "typo.yaml"), ROUTE.replace("VirtualService", "VirtualServce"));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const run = (args: readonly string[], input = "") =>
    spawnSync(process.execPath, [join(ROOT, "dist/cli.mjs"), "analyze", ...args], {
      cwd: folder,
      input,
      encoding: "utf8",
    });
  const json = (args: readonly string[], input?: string) =>
    JSON.parse(run([...args, "-o", "json"], input).stdout) as Output;

  it("follows a policy in a file, counts what it suppresses, and says where one is wrong", () => {
    const policy = (text: string) => {
      writeFileSync(join(folder, "policy.txt"), text);
      return run(["route.yaml", "mesh", "--policy", "policy.txt"]);
    };
    const accepted = policy(
      "suppressions: [{ code: KIA1101, object: VirtualService *, reason: why }]",
    );
    expect([accepted.status, accepted.stdout]).toEqual([
      0,
      "0 errors, 0 warnings, 0 infos, 1 suppressed in 3 objects\n",
    ]);
    expect(policy("rules: { IST0101: Info }").status).toBe(0);
    const wrong = policy("rules:\n  IST0101: Info\n  IST0104: Loud\n");
    expect([wrong.status, wrong.stderr]).toEqual([
      2,
      "quarterdeck: analyze: policy.txt:3:12: rules.IST0104: must be Error, Warning, Info or Off\n",
    ]);
    expect(run(["route.yaml", "--policy", "policy.txt", "--compat", "istioctl"]).status).toBe(2);
  });

  it("says what the server would refuse, each thing once", () => {
    const broken = ROUTE.replace("hosts: [reviews]", "hosts: [reviews]\n  gatways: [mesh]").replace(
      "host: nowhere",
      "host: reviews\n          weight: lots",
    );
    const { findings } = json(["-", "mesh"], broken);
    expect(findings.map(({ code, path, line }) => [code, path, line])).toEqual([
      ["QD0003", "spec.gatways", 6],
      ["QD0003", "spec.http[0].route[0].weight", 11],
    ]);
  });

  it("points at the field in the file, and exits with 1", () => {
    const { findings, summary } = json(["route.yaml", "mesh"]);
    expect(findings).toContainEqual({
      code: "IST0101",
      aliases: ["KIA1101"],
      level: "Error",
      kind: "VirtualService",
      namespace: "shop",
      name: "reviews",
      message: expect.stringContaining("nowhere") as string,
      path: "spec.http[0].route[0].destination.host",
      file: "route.yaml",
      line: 9,
      column: 19,
      endLine: 9,
      endColumn: 26,
      related: [],
      docs: "https://istio.io/latest/docs/reference/config/analysis/ist0101/",
    });
    expect(summary).toEqual({
      errors: 1,
      warnings: 0,
      infos: 0,
      objects: 3,
      ignored: 1,
      suppressed: 0,
    });
    const text = run(["route.yaml", "mesh"]);
    expect([text.status, text.stderr]).toEqual([1, ""]);
    expect(text.stdout).toMatch(MATCH);
  });

  it("reads stdin with several documents", () => {
    const { findings } = json(["-"], `${SERVICE}---\n${ROUTE}`);
    expect(findings.map(({ code, file, line }) => [code, file, line])).toEqual([
      ["IST0101", "-", 14],
    ]);
  });

  it.each([
    [["--suppress", "IST0101=VirtualService rev*.shop"], 0],
    [["--suppress", "IST0101=VirtualService rev*.other"], 1],
    [["-n", "other"], 0],
    [["-n", "shop"], 1],
    [["-A"], 1],
    [["--only", "IST0101"], 1],
    [["--only", "QD0002"], 0],
  ])("keeps only what is asked for: %j", (args, status) => {
    const result = run(["route.yaml", "mesh", ...args]);
    expect(result.status).toBe(status);
    expect(MATCH.test(result.stdout)).toBe(status === 1);
  });

  it("reports a kind that an Istio group does not have", () => {
    expect(json(["typo.yaml"]).findings).toMatchObject([{ code: "QD0002", line: 2, path: "kind" }]);
  });

  it("watches: each edit is answered, also of a text that is broken or a folder that comes back", async () => {
    const watched = join(folder, "watched");
    const write = (text: string) => {
      mkdirSync(watched, { recursive: true });
      writeFileSync(join(watched, "route.yaml"), text);
    };
    write(ROUTE);
    const args = [join(ROOT, "dist/cli.mjs"), "analyze", "watched", "mesh", "--watch"];
    const child = spawn(process.execPath, args, { cwd: folder });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => (said += text));
    }
    const next = async (words: string) => {
      await vi.waitFor(() => expect(said).toContain(words), { timeout: 15_000, interval: 20 });
      said = "";
    };
    const exit = once(child, "exit");
    await next("1 error,");
    write(ROUTE.replace("nowhere", "reviews"));
    await next("0 errors,");
    write("kind: [\n");
    await next("route.yaml:2:1");
    rmSync(watched, { recursive: true });
    await next("watched: there is no such file or folder");
    write(ROUTE);
    await next("1 error,");
    child.kill("SIGINT");
    expect(await exit).toEqual([1, null]);
  });

  it("speaks SARIF", () => {
    const { runs } = JSON.parse(run(["route.yaml", "mesh", "-o", "sarif"]).stdout) as {
      runs: readonly { results: unknown }[];
    };
    expect(runs[0]?.results).toMatchObject([
      {
        ruleId: "IST0101",
        level: "error",
        locations: [
          {
            physicalLocation: {
              artifactLocation: { uri: "route.yaml" },
              region: { startLine: 9, startColumn: 19, endLine: 9, endColumn: 26 },
            },
          },
        ],
      },
    ]);
  });

  it.each([
    [[], "name a file or a folder"],
    [["absent.yaml"], "absent.yaml: there is no such file or folder"],
    [["broken.yaml"], /broken\.yaml:\d+:\d+: ./],
    [["values.yaml"], "values.yaml:1:1: is no Kubernetes object: apiVersion is missing"],
    [["route.yaml", "--kubeconfig", "absent"], "absent"],
    [
      ["route.yaml", "--mesh-config", "wrong-mesh.txt"],
      "wrong-mesh.txt:2:17: enableAutoMtls must be",
    ],
    [["route.yaml", "--mesh-networks", "broken.yaml"], /broken\.yaml:\d+:\d+: ./],
    [["route.yaml", "--policy", "unknown.txt"], "unknown.txt:1:33: no rule has the code or name"],
    [["route.yaml", "--mesh-config", "absent"], "absent: there is no such file or folder"],
    [["route.yaml", "--compat", "kiali"], "--compat must be one of istioctl, not 'kiali'"],
    [["route.yaml", "--compat", "istioctl", "--context", "x"], "--compat reads files only"],
    [["-", "--watch"], "--watch needs a file or a folder"],
    [["route.yaml", "--only", "IST9999"], "no rule has the code 'IST9999'"],
    [["route.yaml", "--suppress", "IST0101"], "--suppress takes CODE=GLOB"],
    [["route.yaml", "--fail-on", "never"], "--fail-on must be one of error, warning, info"],
    [["route.yaml", "-o", "xml"], "--output must be one of text, json, sarif"],
    [["route.yaml", "-A", "-n", "shop"], "-n and -A exclude each other"],
    [["route.yaml", "--loud"], "Unknown option '--loud'"],
  ])("refuses %j in one line", (args, words) => {
    const { status, stdout, stderr } = run(args);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(words);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  });
});
