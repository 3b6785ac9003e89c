import { afterEach, beforeEach, expect, it } from "vitest";
import type { MetricPoint, MetricSource, SimulationClock } from "../contracts";
import { type RunningPrometheus, startPrometheus } from "./start-prometheus";

const START = Date.UTC(2026, 0, 1);

/** Time that moves only when the test says so. */
function steppedClock() {
  let now = START;
  const loops: { ms: number; tick: (now: number) => void }[] = [];
  const clock: SimulationClock = {
    now: () => now,
    every: (ms, tick) => {
      const loop = { ms, tick };
      loops.push(loop);
      return () => void loops.splice(loops.indexOf(loop), 1);
    },
    after: () => () => undefined,
  };
  const step = (ms: number) => {
    for (const end = now + ms; now < end;) {
      now += 1_000;
      for (const loop of loops) if ((now - START) % loop.ms === 0) loop.tick(now);
    }
  };
  return { clock, step };
}

const labels = { source_workload: "productpage-v1", le: "+Inf" };
let count = 0;
let exposed = true;
const source: MetricSource = {
  job: "proxies",
  instance: "10.0.0.1:15020",
  *collect(): Iterable<MetricPoint> {
    if (exposed) yield { name: "istio_requests_total", labels, value: (count += 4) };
  },
};

let prometheus: RunningPrometheus;
let time: ReturnType<typeof steppedClock>;

beforeEach(async () => {
  count = 0;
  exposed = true;
  time = steppedClock();
  prometheus = await startPrometheus({
    clock: time.clock,
    // Made anew for each scrape, as istiod's are: a target is the same by its job and instance.
    sources: () => [{ ...source }],
    scrapeIntervalMs: 1_000,
    port: 0,
  });
});
afterEach(() => prometheus.stop());

const get = async (path: string) => {
  const response = await fetch(new URL(path, prometheus.url));
  return {
    status: response.status,
    body: (await response.json()) as { data?: unknown; error?: string },
  };
};

it("answers an instant query with Prometheus' own shape", async () => {
  time.step(20_000);
  const { body } = await get(
    `/api/v1/query?query=${encodeURIComponent("sum(rate(istio_requests_total[10s]))")}`,
  );
  expect(body).toEqual({
    status: "success",
    data: {
      resultType: "vector",
      result: [{ metric: {}, value: [(START + 20_000) / 1_000, "4"] }],
    },
  });
});

it("answers a range query by POST", async () => {
  time.step(20_000);
  const form = {
    query: "up",
    start: String(START / 1_000 + 10),
    end: String(START / 1_000 + 14),
    step: "2",
  };
  const response = await fetch(new URL("/api/v1/query_range", prometheus.url), {
    method: "POST",
    body: new URLSearchParams(form),
  });
  expect(await response.json()).toEqual({
    status: "success",
    data: {
      resultType: "matrix",
      result: [
        {
          metric: { __name__: "up", job: "proxies", instance: "10.0.0.1:15020" },
          values: [10, 12, 14].map((s) => [START / 1_000 + s, "1"]),
        },
      ],
    },
  });
});

it("ends a series that its target no longer exposes", async () => {
  time.step(5_000);
  exposed = false;
  time.step(1_000);
  const { body } = await get("/api/v1/query?query=istio_requests_total");
  expect(body.data).toEqual({ resultType: "vector", result: [] });
});

it("lists series, label names and values", async () => {
  time.step(2_000);
  const match = encodeURIComponent('{__name__="istio_requests_total"}');
  expect((await get(`/api/v1/series?match[]=${match}`)).body.data).toEqual([
    { ...labels, __name__: "istio_requests_total", job: "proxies", instance: "10.0.0.1:15020" },
  ]);
  expect((await get("/api/v1/labels")).body.data).toContain("source_workload");
  expect((await get("/api/v1/label/source_workload/values")).body.data).toEqual(["productpage-v1"]);
});

it.each([
  ["/api/v1/query", 400, /"query": unknown position: parse error: no expression found in input/],
  ["/api/v1/query?query=rate(", 400, /parse error/],
  ["/api/v1/query_range?query=up&start=0&end=100000000&step=1", 400, /11,000 points/],
  ["/api/v1/query_range?query=up&start=10&end=0&step=1", 400, /must not be before/],
  ["/api/v1/query?query=up&time=yesterday", 400, /valid timestamp/],
  [
    "/api/v1/query_range?query=up[1m]&start=0&end=10&step=1",
    400,
    /must be Scalar or instant Vector/,
  ],
  ["/api/v1/series", 400, /no match\[\] parameter/],
  ["/api/v1/label/a-b/values", 400, /invalid label name/],
])("refuses %s", async (path, status, message) => {
  const answer = await get(path);
  expect(answer.status).toBe(status);
  expect(answer.body.error).toMatch(message);
});

it("spreads the scrapes of a long interval over it, each target once in an interval", async () => {
  const scrapes = new Map<string, number>();
  const sources = ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"].map((address) => ({
    ...source,
    instance: `${address}:15020`,
    collect: () => {
      scrapes.set(address, (scrapes.get(address) ?? 0) + 1);
      return source.collect();
    },
  }));
  const { clock } = steppedClock();
  const intervalMs = 15_000;
  const spread = await startPrometheus({
    clock,
    sources: () => sources,
    scrapeIntervalMs: intervalMs,
    port: 0,
  });
  let now = START;
  const pass = (ms: number) => {
    for (const end = now + ms; now < end; now += spread.scrapeEveryMs) spread.scrape(now);
  };
  const ask = async (query: string) => {
    const url = `${spread.url}/api/v1/query?query=${query}&time=${now / 1_000}`;
    const { data } = (await (await fetch(url)).json()) as {
      data: { result: { value: [number, string] }[] };
    };
    return data.result.map(({ value }) => Number(value[1]));
  };
  try {
    pass(3 * intervalMs);
    expect([...scrapes.values()]).toEqual([3, 3, 3, 3]);
    const times = await ask("timestamp(up)");
    expect(new Set(times).size).toBe(4);
    for (const time of times) expect(now / 1_000 - time).toBeLessThanOrEqual(15);
    sources.pop();
    pass(intervalMs);
    expect(await ask("count(up)")).toEqual([3]);
  } finally {
    await spread.stop();
  }
});
