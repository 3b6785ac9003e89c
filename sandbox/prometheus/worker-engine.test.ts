import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { ExposedMetric, MetricSource } from "../contracts";
import { seededRandom } from "../random";
import type { EngineSettings, EngineState, PrometheusEngine, Site } from "./engine";
import { LocalEngine } from "./local-engine";
import { WorkerEngine } from "./worker-engine";

const START = Date.UTC(2026, 0, 1);
const SETTINGS: EngineSettings = {
  slices: 3,
  retentionMs: 60_000,
  scrapeIntervalMs: 3000,
  startedAt: START,
};
const BOUNDS = ["1", "5", "+Inf"];

let folder: string;
let script: URL;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "prometheus-worker-"));
  const outfile = join(folder, "worker.mjs");
  await build({
    entryPoints: [join(import.meta.dirname, "worker.ts")],
    bundle: true,
    platform: "node",
    format: "esm",
    alias: { "@": join(import.meta.dirname, "../..") },
    outfile,
  });
  script = pathToFileURL(outfile);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Targets of which some come and go, do not answer, stand still, begin anew and change what they expose. */
function targets(seed: number) {
  const random = seededRandom(seed);
  const pods = Array.from({ length: 8 }, (_, index) => {
    const families = Array.from({ length: 4 }, (__, family) => {
      const labels = { app: `app-${family}`, code: family % 2 === 0 ? "200" : "503" };
      return { labels, total: 0, counts: BOUNDS.map(() => 0), sum: 0, isExposed: family < 2 };
    });
    return { index, families, revision: 0, isThere: true, answers: true };
  });
  return {
    live() {
      for (const pod of pods) {
        if (random.next() < 0.1) pod.isThere = !pod.isThere;
        if (random.next() < 0.1) pod.answers = !pod.answers;
        if (random.next() < 0.4) continue;
        pod.revision += 1;
        for (const family of pod.families) {
          if (random.next() < 0.1) family.isExposed = !family.isExposed;
          const restarts = random.next() < 0.05;
          const grown = random.below(5);
          family.total = restarts ? 0 : family.total + grown;
          family.counts = family.counts.map((count) => (restarts ? 0 : count + random.below(3)));
          family.sum = restarts ? 0 : family.sum + grown / 3;
        }
      }
    },
    sources: (): readonly MetricSource[] =>
      pods
        .filter(({ isThere }) => isThere)
        .map(({ index, families, revision, answers }) => ({
          job: "pods",
          instance: `10.0.0.${index}:15020`,
          labels: { namespace: "n", pod: `p-${index}` },
          ...(index % 2 === 0 && { revision: () => revision + (answers ? 0 : 1_000_000) }),
          collect(): ExposedMetric[] | undefined {
            if (!answers) return undefined;
            return families
              .filter(({ isExposed }) => isExposed)
              .flatMap(({ labels, total, counts, sum }) => [
                { name: "requests_total", labels, value: total },
                { name: "duration", labels, bounds: BOUNDS, counts, sum },
              ]);
          },
        })),
  };
}

const QUERIES = [
  '{job="pods"}',
  "timestamp(up)",
  "sum by (app) (rate(requests_total[30s]))",
  "sum by (namespace, code) (increase(duration_sum[30s]))",
  "histogram_quantile(0.9, sum by (le, app) (rate(duration_bucket[30s])) or sum by (le) (rate(duration_bucket[30s])))",
  "requests_total[1m]",
  "nothing +",
];

it.each([1, 2, 3])("answers from a thread of its own as without one (seed %i)", async (seed) => {
  const mesh = targets(seed);
  const engines: readonly PrometheusEngine[] = [
    new LocalEngine(SETTINGS),
    new WorkerEngine(SETTINGS, script),
  ];
  let state: EngineState = { now: START, fault: undefined };
  const sites = await Promise.all(
    engines.map(async (engine) => ({
      api: await engine.serve("api", () => state, 0),
      targets: await engine.serve("targets", () => state, 0),
    })),
  );
  const both = async (path: string, options: { site?: Site; form?: string } = {}) => {
    const { site = "api", form } = options;
    const [local, worker] = await Promise.all(
      sites.map(async ({ [site]: { url } }) => {
        const response = await fetch(
          `${url}${path}`,
          form === undefined ? {} : { method: "POST", body: new URLSearchParams(form) },
        );
        const { status, headers } = response;
        const body = (await response.text()).replaceAll(new URL(url).host, "HOST");
        return { status, type: headers.get("content-type"), body };
      }),
    );
    expect(worker).toEqual(local);
    return local?.body ?? "";
  };
  try {
    for (let step = 0; step < 120; step += 1) {
      const now = state.now + 1000;
      state = { ...state, now };
      mesh.live();
      const sources = mesh.sources();
      for (const engine of engines) engine.scrape(() => sources, now);
      if (step % 30 === 29) {
        for (const engine of engines) engine.forgetBefore(now - SETTINGS.retentionMs);
        for (const query of QUERIES) {
          const answer = await both(`/api/v1/query?query=${encodeURIComponent(query)}`);
          expect(answer).toContain(query.endsWith("+") ? "bad_data" : '"metric":{');
        }
      }
    }
    for (const kind of ["empty", "nan"] as const) {
      state = { ...state, fault: { kind } };
      const answer = await both("/api/v1/query?query=up");
      expect(answer).toContain(kind === "nan" ? '"NaN"' : '"result":[]');
    }
    state = { ...state, fault: { kind: "down" } };
    await expect(both("/-/ready")).rejects.toThrow("fetch failed");
    state = { ...state, fault: { kind: "slow", delayMs: 20 } };
    const since = performance.now();
    expect(await both("/-/ready")).toContain("is Ready");
    expect(performance.now() - since).toBeGreaterThan(15);
    state = { ...state, fault: undefined };
    await both("/api/v1/targets");
    await both("/api/v1/status/tsdb");
    expect(await both("/api/v1/unknown")).toContain("not found");
    expect(await both("/api/v1/series", { form: "match[]=up" })).toContain("p-0");
    const list = await both("/targets", { site: "targets" });
    expect(list).toContain("/targets/n/p-");
    for (let pod = 0; pod < 8; pod += 1) {
      await both(`/targets/n/p-${pod}/metrics`, { site: "targets" });
    }
  } finally {
    for (const engine of engines) await engine.stop();
  }
});

it("says why it cannot serve", async () => {
  const engine = new WorkerEngine(SETTINGS, script);
  const state = () => ({ now: START, fault: undefined });
  try {
    const { url } = await engine.serve("api", state, 0);
    const { port } = new URL(url);
    await expect(engine.serve("targets", state, Number(port))).rejects.toThrow("EADDRINUSE");
  } finally {
    await engine.stop();
  }
});
