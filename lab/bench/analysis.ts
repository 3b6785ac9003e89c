import { execFile, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { stringify } from "yaml";
import { IncrementalAnalysis } from "@/lib/analysis/incremental";
import { NO_POLICY, rulesUnder } from "@/lib/analysis/policy";
import { RULES } from "@/lib/analysis/rules.gen";
import { applyChanges, meshView } from "@/lib/mesh/view";
import { benchEdits, benchMesh } from "./analysis-meshes";

/** What one mesh cost. Times in ms, memory in MB. */
interface Measured {
  readonly services: number;
  readonly objects: number;
  readonly findings: number;
  readonly fullMs: number;
  /** What the full run took of the processor: says more than `fullMs` on a machine with other load. */
  readonly fullCpuMs: number;
  readonly editP50: number;
  readonly editP95: number;
  readonly editMax: number;
  readonly memoryMb: number;
}

const SIZES = [100, 1000, 5000];
const EDITS = 300;
const OBJECTS = [100, 500, 2000, 5000];

/** The server runs with the same (`scripts/serve.mjs`). */
const FLAGS = ["--expose-gc", "--max-semi-space-size=64", "--interrupt-budget=400000"];

const round = (value: number): number => Math.round(value * 100) / 100;

/** Runs in a process of its own with --expose-gc, so that sizes do not warm each other. */
function measure(services: number): Measured {
  const collect = (globalThis as { gc?: () => void }).gc ?? (() => undefined);
  const objects = benchMesh(services);
  const rules = rulesUnder(RULES, NO_POLICY);
  // Warms the compiler as a running server is warm, on another mesh.
  new IncrementalAnalysis(rules).update(meshView(benchMesh(100)));
  collect();
  const analysis = new IncrementalAnalysis(rules);
  let view = meshView(objects);
  const [start, cpu] = [performance.now(), process.cpuUsage()];
  analysis.update(view);
  const fullMs = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  const found = analysis.findings.length;
  const times: number[] = [];
  for (const change of benchEdits(objects, EDITS)) {
    const from = performance.now();
    view = applyChanges(view, [change]);
    analysis.update(view);
    times.push(performance.now() - from);
  }
  collect();
  const memoryMb = process.memoryUsage().heapUsed / 1e6;
  times.sort((a, b) => a - b);
  const at = (share: number): number => round(times[Math.floor(share * times.length)] ?? 0);
  return {
    services,
    objects: objects.length,
    findings: found,
    fullMs: round(fullMs),
    fullCpuMs: round((user + system) / 1000),
    editP50: at(0.5),
    editP95: at(0.95),
    editMax: at(0.9999),
    memoryMb: round(memoryMb),
  };
}

/** The quickest of some runs: what the machine does besides only adds. */
async function quickest(command: string, args: readonly string[], runs: number): Promise<number> {
  let best = Infinity;
  for (let run = 0; run < runs; run++) {
    const start = performance.now();
    await promisify(execFile)(command, [...args], { maxBuffer: 1e9 }).catch((error: unknown) => {
      // Where they find something, ours ends with 1 and istioctl with 79.
      const code = error instanceof Error && "code" in error ? error.code : undefined;
      if (code !== 1 && code !== 79) throw error;
    });
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

/** Our command line against istioctl's on the same file. */
async function compare(istioctl: string, folder: string): Promise<void> {
  const written = benchMesh(OBJECTS.at(-1) ?? 0).filter(({ kind }) => kind !== "Pod");
  for (const count of OBJECTS) {
    const file = join(folder, `mesh-${count}.yaml`);
    const some = written.slice(0, count);
    writeFileSync(file, some.map((object) => stringify(object)).join("---\n"));
    const runs = count > 1000 ? 2 : 3;
    const ours = await quickest(
      process.execPath,
      ["cli/quarterdeck.cjs", "analyze", file, "-o", "json"],
      runs,
    );
    const theirs = await quickest(istioctl, ["analyze", "--use-kube=false", "-A", file], runs);
    console.log(
      `${String(count).padStart(5)} objects: quarterdeck ${Math.round(ours)} ms, istioctl ${Math.round(theirs)} ms, ratio ${round(ours / theirs)}`,
    );
  }
}

async function main(): Promise<void> {
  const [, script = "", mode, size] = process.argv;
  if (mode === "--one") {
    console.log(JSON.stringify(measure(Number(size))));
    return;
  }
  console.log(
    "services  objects  findings  full ms   cpu ms  edit p50  edit p95  edit max  memory MB",
  );
  const all: Measured[] = [];
  for (const services of SIZES) {
    const child = spawnSync(process.execPath, [...FLAGS, script, "--one", String(services)], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
    });
    if (child.status !== 0) throw new Error(`the run of ${services} services failed`);
    const one = JSON.parse(child.stdout) as Measured;
    all.push(one);
    const cells = [
      one.services,
      one.objects,
      one.findings,
      one.fullMs,
      one.fullCpuMs,
      one.editP50,
      one.editP95,
      one.editMax,
      one.memoryMb,
    ];
    console.log(cells.map((cell) => String(cell).padStart(8)).join("  "));
  }
  const [, middle, largest] = all;
  if (middle && largest) {
    const growth = largest.fullCpuMs / middle.fullCpuMs / (largest.objects / middle.objects);
    console.log(
      `growth from ${middle.services} to ${largest.services}: ${round(growth)} times linear`,
    );
  }
  const bin = join(process.env["QUARTERDECK_LAB"] ?? "/var/cache/quarterdeck-lab", "bin");
  const istioctl = join(bin, "istioctl");
  if (!existsSync(istioctl)) {
    console.log(`no istioctl in ${bin}: it is built by \`npm run lab -- build\``);
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), "quarterdeck-bench-"));
  try {
    await compare(istioctl, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

await main();
