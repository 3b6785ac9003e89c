import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { runCommand } from "@/cli/run-command";

const OBJECTS = `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: fine, namespace: shop}
spec: {host: a}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata:
  name: refused
  namespace: shop
spec:
  host: a
  subsets:
  - name: A_b
---
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: {name: warned, namespace: shop}
spec:
  selector: {}
`;

describe("quarterdeck validate", () => {
  let folder: string;
  let out: string;
  let err: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "validate-"));
    out = "";
    err = "";
    vi.spyOn(process.stdout, "write").mockImplementation((text) => {
      out += String(text);
      return true;
    });
    vi.spyOn(process.stderr, "write").mockImplementation((text) => {
      err += String(text);
      return true;
    });
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await rm(folder, { recursive: true });
  });
  const validate = async (text: string, ...options: readonly string[]) => {
    const file = join(folder, "objects.yaml");
    await writeFile(file, text);
    return runCommand(["validate", file, ...options]);
  };

  it("tells the stage and the place of what a cluster would refuse or warn of", async () => {
    expect(await validate(OBJECTS, "-o", "json")).toBe(1);
    const { findings, summary } = JSON.parse(out) as Record<string, unknown>;
    expect(findings).toMatchObject([
      {
        level: "Error",
        stage: "webhook",
        code: "IST0106",
        kind: "DestinationRule",
        name: "refused",
        path: "spec.subsets[0].name",
        message: "subset name is invalid: A_b",
        line: 14,
        column: 11,
      },
      { level: "Warning", stage: "webhook", code: "IST0133", name: "warned", line: 20 },
    ]);
    expect(summary).toMatchObject({ objects: 3, refused: 1, errors: 1, warnings: 1, ignored: 0 });
  });

  it("takes warnings for fine", async () => {
    expect(await validate(OBJECTS.split("---").at(-1) ?? "")).toBe(0);
    expect(out).toContain("(webhook) Telemetry shop/warned: workload selector specified without");
    expect(out).toContain("0 of 1 objects refused, 1 warnings");
  });

  it("refuses a key that is given twice, at its place", async () => {
    const twice = `${OBJECTS.split("---")[0] ?? ""}kind: DestinationRule\n`;
    expect(await validate(twice, "-o", "json")).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      findings: [
        {
          stage: "strict",
          level: "Error",
          message: 'strict decoding error: key "kind" already set in map',
          line: 5,
          column: 1,
        },
      ],
    });
  });

  it("refuses what no API server reads, without looking at it", async () => {
    const large = OBJECTS.replace("host: a", `host: ${"a".repeat(4_000_000)}`);
    expect(await validate(large, "-o", "json")).toBe(1);
    expect(out).toContain("Request entity too large");
  });

  it("writes SARIF", async () => {
    expect(await validate(OBJECTS, "-o", "sarif")).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      runs: [{ results: [{ ruleId: "IST0106", level: "error" }, { level: "warning" }] }],
    });
  });

  it.each([
    [["validate"], "name a file or a folder"],
    [["validate", "/no/such/file.yaml"], "there is no such file"],
    [["validate", "-o", "xml", "x"], "--output must be one of"],
  ])("refuses %j in one line", async (args, words) => {
    expect(await runCommand(args)).toBe(2);
    expect(err).toContain(words);
    expect(out).toBe("");
  });

  it("names the line of a text that is no YAML", async () => {
    expect(await validate("a: [\n")).toBe(2);
    expect(err).toMatch(/objects\.yaml:\d+:\d+: /);
  });
});
