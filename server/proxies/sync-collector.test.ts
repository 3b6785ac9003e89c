import { describe, expect, test } from "vitest";
import { AppError } from "@/lib/base/errors";
import { instant } from "@/lib/base/units";
import { meshView } from "@/lib/mesh/view";
import { istiodClient } from "../istiod/istiod-client";
import type { Clock, Cluster } from "../ports";
import { proxyTable } from "./proxy-table";
import { SyncCollector } from "./sync-collector";

const istiodPod = (name: string) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: "istio-system", labels: { app: "istiod" } },
  spec: { containers: [{ name: "discovery", image: "istio/pilot:1.30.1" }] },
  status: { phase: "Running" },
});
const sidecarPod = (name: string) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: "shop" },
  spec: { containers: [{ name: "app" }, { name: "istio-proxy", image: "istio/proxyv2:1.29.4" }] },
  status: { phase: "Running", podIP: "10.0.0.1" },
});

type Answer = Awaited<ReturnType<Cluster["podRequest"]>> | AppError;

/** istiods that answer as told, behind the one call that reaches them. */
function setting(pods: readonly string[], mesh = meshView(pods.map(istiodPod))) {
  const answers = new Map<string, Answer>();
  const paths: string[] = [];
  let now = 1_000_000;
  const clock: Clock = { now: () => instant(now), sleep: () => Promise.resolve() };
  const istiod = istiodClient({
    podRequest: (pod, { path }) => {
      paths.push(path);
      const answer = answers.get(pod.name) ?? new AppError("unavailable", `${pod.name} is down`);
      return answer instanceof AppError ? Promise.reject(answer) : Promise.resolve(answer);
    },
  });
  const collector = new SyncCollector(istiod, clock);
  const collect = () => collector.collect(mesh, new AbortController().signal);
  const syncz = (...proxies: string[]): Answer => ({
    status: 200,
    body: JSON.stringify(proxies.map((proxy) => ({ proxy, resources: {} }))),
  });
  return {
    answers,
    paths,
    collector,
    collect,
    syncz,
    mesh,
    clock,
    later: (ms: number) => (now += ms),
  };
}

describe("SyncCollector", () => {
  test("asks each istiod once a round, for one page only, and merges", async () => {
    const { answers, collect, collector, syncz, paths } = setting(["istiod-1", "istiod-2"]);
    answers.set("istiod-1", syncz("a.shop")).set("istiod-2", syncz("b.shop"));
    expect(await collect()).toBe(true);
    expect(collector.snapshot.proxies.map(({ id, istiod }) => `${id} ${istiod}`)).toEqual([
      "a.shop istiod-1",
      "b.shop istiod-2",
    ]);
    expect(paths).toEqual(["/debug/syncz", "/debug/syncz"]);
  });

  test("a round that brings nothing new says so", async () => {
    const { answers, collect, syncz, later } = setting(["istiod-1"]);
    answers.set("istiod-1", syncz("a.shop"));
    await collect();
    later(3_000);
    expect(await collect()).toBe(false);
    answers.set("istiod-1", syncz());
    expect(await collect()).toBe(true);
  });

  test("an istiod that falls silent keeps its proxies, with their age and the reason", async () => {
    const { answers, collect, collector, syncz, later } = setting(["istiod-1", "istiod-2"]);
    answers.set("istiod-1", syncz("a.shop")).set("istiod-2", syncz("b.shop"));
    await collect();
    answers.delete("istiod-2");
    later(5_000);
    expect(await collect()).toBe(true);
    const { proxies, istiods, error } = collector.snapshot;
    expect(proxies.map(({ id }) => id)).toEqual(["a.shop", "b.shop"]);
    expect(error).toBeUndefined();
    expect(istiods[1]).toMatchObject({
      at: 1_000_000,
      proxies: 1,
      error: { message: "istiod-2 is down" },
    });
  });

  test.each([
    [{ status: 401, body: "" }, "forbidden"],
    [{ status: 403, body: "" }, "forbidden"],
    [{ status: 404, body: "404 page not found" }, "unsupported"],
    [{ status: 500, body: "" }, "unavailable"],
    [{ status: 200, body: '[{"proxy":"a' }, "unavailable"],
    [{ status: 200, body: '{"error":"x"}' }, "unavailable"],
  ] as const)("an answer %j means %s, and what to do", async (answer, code) => {
    const { answers, collect, collector } = setting(["istiod-1"]);
    answers.set("istiod-1", answer);
    await collect();
    expect(collector.snapshot.error).toMatchObject({ code, hint: expect.any(String) as string });
  });

  test("a cluster without istiod is told as such", async () => {
    const { collect, collector } = setting([]);
    await collect();
    expect(collector.snapshot.error?.message).toContain("No running istiod");
  });
});

describe("proxyTable", () => {
  test("pods with a proxy that no istiod lists are not connected; older proxies are told apart", async () => {
    const mesh = meshView([istiodPod("istiod-1"), sidecarPod("a"), sidecarPod("lost")]);
    const { answers, collect, collector, syncz, clock } = setting(["istiod-1"], mesh);
    answers.set("istiod-1", syncz("a.shop"));
    await collect();
    const { rows, counts } = proxyTable(collector.snapshot, mesh, clock.now());
    expect(rows.map(({ id, state }) => `${id} ${state}`)).toEqual([
      "a.shop older",
      "lost.shop disconnected",
    ]);
    expect(counts).toMatchObject({ older: 1, disconnected: 1, total: 2 });
    expect(rows[0]?.evidence).toBe("1.29.4 under istiod 1.30.1");
  });

  test("while an istiod never answered, nobody is called lost", async () => {
    const mesh = meshView([istiodPod("istiod-1"), istiodPod("istiod-2"), sidecarPod("b")]);
    const { answers, collect, collector, syncz, clock } = setting([], mesh);
    answers.set("istiod-1", syncz());
    await collect();
    expect(proxyTable(collector.snapshot, mesh, clock.now()).rows).toEqual([]);
  });

  test("a ztunnel, which syncz never lists, is neither a gateway nor lost", async () => {
    const ztunnel = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "ztunnel-1", namespace: "istio-system", labels: { app: "ztunnel" } },
      spec: { containers: [{ name: "istio-proxy", image: "hub/istio/ztunnel:1.30.1" }] },
      status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
    };
    const mesh = meshView([istiodPod("istiod-1"), ztunnel]);
    const { answers, collect, collector, syncz, clock } = setting(["istiod-1"], mesh);
    answers.set("istiod-1", syncz());
    await collect();
    expect(proxyTable(collector.snapshot, mesh, clock.now()).rows).toEqual([
      expect.objectContaining({
        ...{ id: "ztunnel-1.istio-system", kind: "ztunnel", state: "unknown" },
        why: expect.objectContaining({ code: "not-told" }) as unknown,
      }),
    ]);
  });
});
