import { describe, expect, test } from "vitest";
import type { KubeObject } from "@/lib/k8s/object";
import { manualClock } from "@/sandbox/clock";
import { FaultBoard } from "./control-plane-faults";
import { PushEngine } from "./push-engine";
import { istiodPod, memoryStore, sidecarPod, virtualService } from "./testing";

function start(...objects: KubeObject[]) {
  const clock = manualClock();
  const store = memoryStore([istiodPod("istiod-1"), ...objects]);
  const engine = new PushEngine(store, clock, 1);
  clock.advance(1000);
  const seen = (pod: string, name = "reviews") =>
    engine.meshOf({ namespace: "bookinfo", name: pod }).get("VirtualService", "bookinfo", name)?.[
      "spec"
    ];
  return { clock, store, engine, seen };
}

describe("PushEngine", () => {
  test("a proxy holds the old configuration until it has acknowledged the new one", () => {
    const { clock, store, seen } = start(sidecarPod("a"), virtualService("reviews", { n: 1 }));
    store.put(virtualService("reviews", { n: 2 }));
    clock.advance(120);
    expect(seen("a")).toEqual({ n: 1 });
    clock.advance(500);
    expect(seen("a")).toEqual({ n: 2 });
  });

  test("waits 100 ms after the last change and sends one push for all of them", () => {
    const { clock, store, engine } = start(sidecarPod("a"));
    const before = engine.metricsOf("istiod-1").pushes.get("RDS");
    for (let n = 0; n < 5; n++) {
      store.put(virtualService("reviews", { n }));
      clock.advance(60);
    }
    clock.advance(1000);
    expect(engine.metricsOf("istiod-1").pushes.get("RDS")).toBe((before ?? 0) + 1);
  });

  test("moves only the types that the change touches", () => {
    const { clock, store, engine } = start(sidecarPod("a"));
    const nonces = () =>
      [...engine.connectionOf("bookinfo", "a")!.subscriptions()].map(([type, { sent }]) => [
        type,
        sent?.nonce,
      ]);
    const before = new Map(nonces() as [string, string][]);
    store.put(virtualService("reviews", { n: 1 }));
    clock.advance(1000);
    const moved = nonces().filter(([type, nonce]) => before.get(type!) !== nonce);
    expect(moved.map(([type]) => type)).toEqual(["LDS", "RDS"]);
  });

  test("a status write pushes nothing", () => {
    const { clock, store, engine } = start(sidecarPod("a"), virtualService("reviews", { n: 1 }));
    const before = engine.connectionOf("bookinfo", "a")!.subscriptions().get("RDS")?.sent;
    store.put({ ...virtualService("reviews", { n: 1 }), status: { observedGeneration: "1" } });
    clock.advance(1000);
    expect(engine.connectionOf("bookinfo", "a")!.subscriptions().get("RDS")?.sent).toBe(before);
  });

  test("the mesh's settings reach everybody; another ConfigMap reaches nobody", () => {
    const { clock, store, engine } = start(sidecarPod("a"));
    const configMap = (name: string) => ({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name, namespace: "istio-system" },
      data: { mesh: "outboundTrafficPolicy: {mode: REGISTRY_ONLY}" },
    });
    const pushes = () => [...engine.metricsOf("istiod-1").pushes.values()];
    const before = pushes();
    store.put(configMap("rollout-state"));
    clock.advance(1000);
    expect(pushes()).toEqual(before);
    store.put(configMap("istio"));
    clock.advance(1000);
    expect(pushes()).toEqual(before.map((count) => count + 1));
  });

  test("exportTo keeps a change from proxies that may not see it", () => {
    const { clock, store, engine } = start(
      sidecarPod("a"),
      sidecarPod("b", { namespace: "other" }),
    );
    const sent = (namespace: string, pod: string) =>
      engine.connectionOf(namespace, pod)!.subscriptions().get("RDS")?.sent?.push.number;
    store.put(virtualService("reviews", { exportTo: ["."] }));
    clock.advance(1000);
    expect(sent("bookinfo", "a")).toBe(2);
    expect(sent("other", "b")).toBe(1);
  });

  test.each([
    ["EnvoyFilter", "bookinfo", [true, false, true]],
    ["EnvoyFilter", "istio-system", [true, true, true]],
    ["AuthorizationPolicy", "other", [false, true, true]],
    ["PeerAuthentication", "other", [true, true, true]],
    ["Sidecar", "bookinfo", [true, false, false]],
    ["Gateway", "bookinfo", [false, false, true]],
  ] as const)(
    "a %s of %s that goes moves a, b of other, a gateway: %j",
    (kind, namespace, moved) => {
      const gateway = {
        ...sidecarPod("gate", { namespace: "gates" }),
        spec: { containers: [{ name: "istio-proxy", args: ["proxy", "router"] }] },
      };
      const apiVersion = {
        EnvoyFilter: "networking.istio.io/v1alpha3",
        AuthorizationPolicy: "security.istio.io/v1",
        PeerAuthentication: "security.istio.io/v1",
        Sidecar: "networking.istio.io/v1",
        Gateway: "networking.istio.io/v1",
      }[kind];
      const object = { apiVersion, kind, metadata: { name: "it", namespace }, spec: {} };
      const { clock, store, engine } = start(
        sidecarPod("a"),
        sidecarPod("b", { namespace: "other" }),
        gateway,
        object,
      );
      const sent = () =>
        [
          ["bookinfo", "a"],
          ["other", "b"],
          ["gates", "gate"],
        ].map(
          ([where = "", pod = ""]) =>
            engine.connectionOf(where, pod)?.subscriptions().get("LDS")?.sent?.push.number,
        );
      const before = sent();
      store.delete(kind, namespace, "it");
      clock.advance(1000);
      expect(sent().map((number, index) => number !== before[index])).toEqual(moved);
    },
  );

  test("counts how long proxies stood in the queue", () => {
    const { clock, store, engine } = start(sidecarPod("a"));
    store.put(virtualService("reviews", { n: 1 }));
    clock.advance(1000);
    const { count, buckets } = engine.metricsOf("istiod-1").queueTime();
    expect(count).toBeGreaterThan(0);
    expect(buckets[0]).toEqual({ le: "0.1", count });
  });

  test("a stuck proxy stays behind, and catches up once it is not stuck any more", () => {
    const stuck = { annotations: { "sandbox.quarterdeck.dev/proxy": "stuck" } };
    const { clock, store, engine, seen } = start(
      sidecarPod("a"),
      virtualService("reviews", { n: 1 }),
    );
    store.put(sidecarPod("a", stuck));
    store.put(virtualService("reviews", { n: 2 }));
    clock.advance(60_000);
    const { sent, acked } = engine.connectionOf("bookinfo", "a")!.subscriptions().get("RDS")!;
    expect(acked?.nonce).not.toBe(sent?.nonce);
    expect(seen("a")).toEqual({ n: 1 });
    store.put(sidecarPod("a"));
    clock.advance(2000);
    expect(seen("a")).toEqual({ n: 2 });
  });

  test("a proxy that refuses listeners keeps its old ones and still takes routes", () => {
    const { clock, store, engine, seen } = start(
      sidecarPod("a", { annotations: { "sandbox.quarterdeck.dev/proxy": "reject" } }),
    );
    store.put(virtualService("reviews", { n: 2 }));
    clock.advance(1000);
    const subscriptions = engine.connectionOf("bookinfo", "a")!.subscriptions();
    expect(subscriptions.get("LDS")?.lastError).toContain("Error adding/updating listener(s)");
    expect(subscriptions.get("LDS")?.acked).toBeUndefined();
    expect(subscriptions.get("RDS")?.lastError).toBeUndefined();
    expect(seen("a")).toEqual({ n: 2 });
  });

  test("proxies of a lost istiod go to the one that is left", () => {
    const { clock, store, engine } = start(
      istiodPod("istiod-2"),
      ...["a", "b", "c", "d", "e", "f"].map((name) => sidecarPod(name)),
    );
    const count = (name: string) => engine.connectionsOf(name).length;
    expect(count("istiod-1")).toBeGreaterThan(0);
    expect(count("istiod-2")).toBeGreaterThan(0);
    store.delete("Pod", "istio-system", "istiod-2");
    clock.advance(1000);
    expect([count("istiod-1"), count("istiod-2")]).toEqual([6, 0]);
  });

  test("a replica that is down loses its proxies to the others, and its page is gone", () => {
    const clock = manualClock();
    const names = ["a", "b", "c", "d", "e", "f"];
    const store = memoryStore([
      istiodPod("istiod-1"),
      istiodPod("istiod-2"),
      ...names.map((name) => sidecarPod(name)),
    ]);
    const faults = new FaultBoard(() => clock.now());
    const engine = new PushEngine(store, clock, 1, faults);
    faults.istiod("istiod-1", { kind: "down" });
    expect([
      engine.connectionsOf("istiod-1").length,
      engine.connectionsOf("istiod-2").length,
    ]).toEqual([0, 6]);
    faults.istiod("*", { kind: "down" });
    expect(engine.connectionsOf("istiod-2")).toEqual([]);
    faults.istiod("*", { kind: "healthy" });
    expect(engine.connectionsOf("istiod-1").length + engine.connectionsOf("istiod-2").length).toBe(
      6,
    );
  });

  test("a slow istiod is acknowledged later, and its convergence time grows", () => {
    const clock = manualClock();
    const store = memoryStore([istiodPod("istiod-1"), sidecarPod("a")]);
    const faults = new FaultBoard(() => clock.now());
    const engine = new PushEngine(store, clock, 1, faults);
    clock.advance(1000);
    const before = engine.metricsOf("istiod-1").histogram().sum;
    faults.istiod("istiod-1", { kind: "slow", delayMs: 5000 });
    store.put(virtualService("reviews", { n: 1 }));
    clock.advance(3000);
    const seen = () =>
      engine
        .meshOf({ namespace: "bookinfo", name: "a" })
        .get("VirtualService", "bookinfo", "reviews");
    expect(seen()).toBeUndefined();
    clock.advance(5000);
    expect(seen()).toBeDefined();
    expect(engine.metricsOf("istiod-1").histogram().sum - before).toBeGreaterThan(5);
  });

  test("a proxy is stuck, or refuses with a text, until it is healed", () => {
    const clock = manualClock();
    const store = memoryStore([istiodPod("istiod-1"), sidecarPod("a")]);
    const faults = new FaultBoard(() => clock.now());
    const engine = new PushEngine(store, clock, 1, faults);
    clock.advance(1000);
    const state = (type: "RDS" | "LDS") =>
      engine.connectionOf("bookinfo", "a")!.subscriptions().get(type)!;
    const pod = { namespace: "bookinfo", name: "a" };
    faults.proxy(pod, { kind: "rejects", type: "LDS", error: "no such filter" });
    clock.advance(1000);
    expect(state("LDS").lastError).toBe("no such filter");
    expect(state("RDS").acked).toBe(state("RDS").sent);
    faults.proxy(pod, { kind: "stuck" });
    store.put(virtualService("reviews", { n: 2 }));
    clock.advance(60_000);
    expect(state("RDS").acked).not.toBe(state("RDS").sent);
    faults.proxy(pod, { kind: "healthy" });
    clock.advance(2000);
    expect(state("RDS").acked).toBe(state("RDS").sent);
    expect(state("LDS").lastError).toBeUndefined();
  });
});
