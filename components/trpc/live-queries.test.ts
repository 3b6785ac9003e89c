import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { LiveQueries } from "./live-queries";
import type { LiveTopic } from "./live-topic";

let client: QueryClient;
let live: LiveQueries;

beforeEach(() => {
  vi.useFakeTimers();
  client = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity, retry: false } } });
  live = new LiveQueries(client);
});
afterEach(() => {
  live.close();
  client.clear();
  vi.useRealTimers();
});

/** A query that somebody looks at; answers come when the test says so. */
function watched(name: string, topics: readonly LiveTopic[] | undefined, restMs?: number) {
  const asked: (() => void)[] = [];
  const observer = new QueryObserver(client, {
    queryKey: [name],
    queryFn: () => new Promise<number>((resolve) => asked.push(() => resolve(asked.length))),
    ...(topics && { meta: { live: topics, ...(restMs !== undefined && { restMs }) } }),
  });
  observer.subscribe(() => undefined);
  return {
    count: () => asked.length,
    async answer() {
      asked.at(-1)?.();
      await vi.advanceTimersByTimeAsync(0);
    },
  };
}

test("a change asks the queries of its topic again, at once, and no others", async () => {
  const services = watched("services", ["mesh:Service"]);
  const graph = watched("graph", ["graph", "mesh:Service"]);
  const pods = watched("pods", ["mesh:Pod"]);
  const still = watched("still", undefined);
  for (const query of [services, graph, pods, still]) await query.answer();

  live.changed(["mesh", "mesh:Service"]);
  expect([services, graph, pods, still].map(({ count }) => count())).toEqual([2, 2, 1, 1]);
});

test("a storm of changes asks four times a second at most, and the last one is seen", async () => {
  const graph = watched("graph", ["graph"]);
  await graph.answer();
  for (let ms = 0; ms < 1_000; ms += 10) {
    live.changed(["graph"]);
    await graph.answer();
    await vi.advanceTimersByTimeAsync(10);
  }
  expect(graph.count()).toBeLessThanOrEqual(6);
  await graph.answer();
  const before = graph.count();
  live.changed(["graph"]);
  await vi.advanceTimersByTimeAsync(300);
  expect(graph.count()).toBe(before + 1);
});

test("a change that comes while the answer is under way asks once more after it", async () => {
  const graph = watched("graph", ["graph"]);
  await graph.answer();
  live.changed(["graph"]);
  expect(graph.count()).toBe(2);
  live.changed(["graph"]);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(graph.count()).toBe(2);
  await graph.answer();
  await vi.advanceTimersByTimeAsync(300);
  expect(graph.count()).toBe(3);
  await graph.answer();
  await vi.advanceTimersByTimeAsync(2_000);
  expect(graph.count()).toBe(3);
});

test("an answer that took longer than the rest is followed at once by what changed meanwhile", async () => {
  const graph = watched("graph", ["graph"], 80);
  await graph.answer();
  live.changed(["graph"]);
  await vi.advanceTimersByTimeAsync(90);
  live.changed(["graph"]);
  await vi.advanceTimersByTimeAsync(30);
  expect(graph.count()).toBe(2);
  await graph.answer();
  expect(graph.count()).toBe(3);
  await graph.answer();
  live.changed(["graph"]);
  expect(graph.count()).toBe(3);
  await vi.advanceTimersByTimeAsync(80);
  expect(graph.count()).toBe(4);
});

test("a query that was asked a moment ago does not hold up another", async () => {
  const graph = watched("graph", ["graph"]);
  const pods = watched("pods", ["mesh:Pod"]);
  for (const query of [graph, pods]) await query.answer();
  live.changed(["graph"]);
  live.changed(["mesh:Pod"]);
  expect([graph.count(), pods.count()]).toEqual([2, 2]);
});

test("after a reset every live query is asked again, and no other", async () => {
  const graph = watched("graph", ["graph"]);
  const pods = watched("pods", ["mesh:Pod"]);
  const still = watched("still", undefined);
  for (const query of [graph, pods, still]) await query.answer();
  live.changed(undefined);
  expect([graph, pods, still].map(({ count }) => count())).toEqual([2, 2, 1]);
});

test("a pause holds changes back, and makes up for all of them", async () => {
  const graph = watched("graph", ["graph"]);
  const pods = watched("pods", ["mesh:Pod"]);
  for (const query of [graph, pods]) await query.answer();
  live.pause(true);
  live.changed(["graph"]);
  live.changed(["mesh:Pod"]);
  await vi.advanceTimersByTimeAsync(2_000);
  expect([graph.count(), pods.count()]).toEqual([1, 1]);
  live.pause(false);
  expect([graph.count(), pods.count()]).toEqual([2, 2]);
});
