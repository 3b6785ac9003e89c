import { describe, expect, it, vi } from "vitest";
import { AppError } from "@/lib/base/errors";
import { instant, type Instant, type Millis, seconds } from "@/lib/base/units";
import { aWorkload, requests } from "@/lib/graph/testing";
import { meshView } from "@/lib/mesh/view";
import { liveHub } from "../live/live";
import type { Clock, MeshStore, Metrics, Sample } from "../ports";
import { topologyService } from "./topology-service";

/** A clock that stands still until `pass` lets time go by. */
function fakeClock() {
  let now = 1_000_000;
  const waiting = new Set<{ due: number; wake: () => void }>();
  const clock: Clock = {
    now: () => instant(now),
    sleep: (length: Millis, signal?: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        const sleeper = { due: now + length, wake: resolve };
        waiting.add(sleeper);
        signal?.addEventListener("abort", () => {
          waiting.delete(sleeper);
          reject(signal.reason instanceof Error ? signal.reason : new Error("aborted"));
        });
      }),
  };
  return {
    clock,
    pass: (length: Millis) => {
      now += length;
      for (const sleeper of [...waiting]) {
        if (sleeper.due <= now && waiting.delete(sleeper)) sleeper.wake();
      }
    },
  };
}

function setUp(answer: (promql: string) => Promise<readonly Sample[]>) {
  const time = fakeClock();
  const asked: { promql: string; at: Instant | undefined }[] = [];
  const metrics: Metrics = {
    url: "http://prometheus.test/",
    query: (promql, { at, signal } = {}) => {
      asked.push({ promql, at });
      return new Promise((resolve, reject) => {
        signal?.addEventListener("abort", () => reject(signal.reason as Error));
        answer(promql).then(resolve, reject);
      });
    },
    queryRange: () => Promise.resolve([]),
    scrapeInterval: () => Promise.resolve(seconds(1)),
  };
  const view = meshView(aWorkload("shop/cart-v1"));
  const mesh: MeshStore = {
    view: () => view,
    ready: true,
    problems: () => [],
    onChange: () => () => undefined,
  };
  const live = liveHub("test");
  const log = { info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  const topology = topologyService({ metrics, mesh, live, clock: time.clock, log });
  return { ...time, asked, live, topology, log };
}

const traffic = (promql: string) =>
  Promise.resolve(
    promql.includes("istio_requests_total") ? [requests("shop/web-v1", "shop/cart-v1", 40)] : [],
  );
const QUESTION = { type: "versionedApp", namespaces: [] } as const;

describe("the topology service", () => {
  it("asks eight queries at one instant, and shares the answer among all who ask", async () => {
    const { topology, asked } = setUp(traffic);
    const [one, two] = await Promise.all([
      topology.graph(QUESTION),
      topology.graph({ ...QUESTION, type: "service", namespaces: ["shop"] }),
    ]);
    await vi.waitFor(() => expect(asked).toHaveLength(8));
    expect(new Set(asked.map(({ at }) => at)).size).toBe(1);
    expect(one.graph.edges.map(({ id }) => id)).toEqual(["shop/web->shop/cart"]);
    expect(two.telemetry.state).toBe("live");
    expect(one.windows[0]).toBe(5);
  });

  it("keeps what it knows, with its age and the reason, when Prometheus fails", async () => {
    let fails = false;
    const { topology, pass, clock, asked } = setUp((promql) =>
      fails ? Promise.reject(new AppError("unavailable", "Cannot reach it")) : traffic(promql),
    );
    const before = clock.now();
    await topology.graph(QUESTION);
    await vi.waitFor(() => expect(asked).toHaveLength(8));
    await new Promise((resolve) => setImmediate(resolve));
    fails = true;
    pass(seconds(30));
    const { graph, at, telemetry } = await topology.graph(QUESTION);
    expect(graph.edges).toHaveLength(1);
    expect([at, telemetry.state, telemetry.message]).toEqual([before, "stale", "Cannot reach it"]);
  });

  it("shows what runs when Prometheus hangs from the start", async () => {
    const { topology, pass } = setUp(() => new Promise(() => undefined));
    const asking = topology.graph(QUESTION);
    await vi.waitFor(async () => {
      pass(seconds(1));
      await expect(
        Promise.race([asking, Promise.reject(new Error("waits"))]),
      ).resolves.toBeTruthy();
    });
    const { graph, at, telemetry } = await asking;
    expect(graph.nodes.map(({ id, health }) => [id, health.state])).toEqual([
      ["shop/cart", "unknown"],
    ]);
    expect([at, telemetry.state]).toEqual([undefined, "down"]);
    expect(telemetry.message).toBe("Prometheus has not answered for 3 s");
  });

  it("waits for the first reading as long as Prometheus may take, for who asks once", async () => {
    const answers: (() => void)[] = [];
    const { topology, pass } = setUp(
      (promql) =>
        new Promise((resolve, reject) => {
          answers.push(() => void traffic(promql).then(resolve, reject));
        }),
    );
    const asking = topology.wholeOnce(QUESTION);
    await vi.waitFor(() => expect(answers).toHaveLength(2));
    pass(seconds(8));
    for (const answer of answers.splice(0)) answer();
    await vi.waitFor(() => expect(answers).toHaveLength(6));
    // Latency is too late for this answer.
    pass(seconds(3));
    const { graph, telemetry } = await asking;
    expect(graph.edges).toHaveLength(1);
    expect([telemetry.state, telemetry.missing]).toEqual([
      "live",
      ["Latency has not been read yet: ask again in some seconds"],
    ]);
    for (const answer of answers) answer();
    await vi.waitFor(async () => {
      expect((await topology.wholeOnce(QUESTION)).telemetry.missing).toEqual([]);
    });
  });

  it("does not wait so long for a Prometheus that answered once and hangs", async () => {
    let hangs = false;
    const { topology, pass, asked } = setUp((promql) =>
      hangs ? new Promise(() => undefined) : traffic(promql),
    );
    await topology.wholeOnce({ ...QUESTION, windowSeconds: 10 });
    hangs = true;
    pass(seconds(30));
    const known = topology.wholeOnce({ ...QUESTION, windowSeconds: 10 });
    await vi.waitFor(() => expect(asked).toHaveLength(10));
    pass(seconds(3));
    expect((await known).telemetry.state).toBe("stale");
    const fresh = topology.wholeOnce({ ...QUESTION, windowSeconds: 60 });
    await vi.waitFor(() => expect(asked).toHaveLength(12));
    pass(seconds(3));
    const { telemetry } = await fresh;
    expect([telemetry.state, telemetry.message]).toEqual([
      "down",
      "Prometheus has not answered for 3 s; it is still waited for: ask again in some seconds",
    ]);
  });

  it("shows traffic while Prometheus still works on latency, which it was asked for afterwards", async () => {
    const { topology, asked } = setUp((promql) =>
      promql.includes("duration") ? new Promise(() => undefined) : traffic(promql),
    );
    const { graph, telemetry } = await topology.graph(QUESTION);
    expect(graph.edges.map(({ traffic: { latency } }) => latency.p95)).toEqual([null]);
    expect(telemetry.state).toBe("live");
    expect(asked.slice(0, 2).some(({ promql }) => promql.includes("duration"))).toBe(false);
  });

  it("goes on without latency when only that fails, and says so", async () => {
    const { topology } = setUp((promql) =>
      promql.includes("histogram_quantile(0.95")
        ? Promise.reject(new AppError("timeout", "too slow"))
        : traffic(promql),
    );
    await vi.waitFor(async () => {
      const { telemetry } = await topology.graph(QUESTION);
      expect([telemetry.state, telemetry.missing]).toEqual([
        "live",
        ["The 95th percentile of latency is missing: too slow"],
      ]);
    });
  });

  it("refreshes and tells pages while they listen, and rests when they leave", async () => {
    const { topology, live, asked, pass } = setUp(traffic);
    await topology.graph(QUESTION);
    const page = new AbortController();
    const events = live.events(undefined, page.signal)[Symbol.asyncIterator]();
    expect((await events.next()).value).toMatchObject({ event: { topic: "reset" } });
    const heard = vi.fn();
    void events.next().then(({ value }: { value?: unknown }) => void heard(value));
    await vi.waitFor(() => {
      pass(seconds(1));
      expect(heard).toHaveBeenCalled();
    });
    expect(heard).toHaveBeenCalledWith(
      expect.objectContaining({ event: { topic: "graph", at: expect.any(Number) as number } }),
    );
    const whileListening = asked.length;
    expect(whileListening).toBeGreaterThan(8);

    page.abort();
    await events.return?.();
    await vi.waitFor(() => expect(live.listeners).toBe(0));
    pass(seconds(1));
    await new Promise((resolve) => setImmediate(resolve));
    const afterLeaving = asked.length;
    pass(seconds(1));
    await new Promise((resolve) => setImmediate(resolve));
    expect(asked.length).toBe(afterLeaving);
    topology.close();
  });
});
