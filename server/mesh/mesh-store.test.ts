import { afterEach, expect, test } from "vitest";
import { AppError } from "@/lib/base/errors";
import { instant } from "@/lib/base/units";
import type { KindId } from "@/lib/istio/kinds";
import type { KubeObject } from "@/lib/k8s/object";
import type { Clock, Cluster, Page, WatchEvent } from "../ports";
import { meshStore, type RunningMeshStore } from "./mesh-store";

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

const service = (name: string, options: { uid?: string; version?: string } = {}): KubeObject => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: {
    name,
    namespace: "shop",
    uid: options.uid ?? name,
    resourceVersion: options.version ?? "1",
  },
});

/** A cluster whose watches are fed by the test, kind by kind. */
function fedCluster() {
  const lists = new Map<KindId, () => Page>();
  const queues = new Map<KindId, (WatchEvent | AppError)[]>();
  const wakes = new Map<KindId, (() => void)[]>();
  const byNamespace = new Map<string, () => Page>();
  const cluster = {
    identity: { server: "", context: "", user: "", namespace: "home" },
    async list(kind: KindId, { namespace }: { namespace?: string } = {}) {
      const list =
        namespace === undefined ? lists.get(kind) : byNamespace.get(`${kind} ${namespace}`);
      if (!list && namespace !== undefined) throw new AppError("forbidden", `not in ${namespace}`);
      if (!list) throw new AppError("unsupported", `no ${kind}`);
      return list();
    },
    async *watch(kind: KindId, _version: string, signal: AbortSignal, namespace?: string) {
      for (;;) {
        const queue = queues.get(kind);
        // Of one namespace only what is of it; what is of none is of the whole cluster's watch.
        const isOwn = (event: WatchEvent | AppError) =>
          namespace === undefined ||
          (!(event instanceof AppError) &&
            "object" in event &&
            event.object.metadata.namespace === namespace);
        const at = queue?.findIndex(isOwn) ?? -1;
        const event = at < 0 ? undefined : queue?.splice(at, 1)[0];
        if (event instanceof AppError) throw event;
        if (event) yield event;
        else {
          await new Promise<void>((resolve) => {
            wakes.set(kind, [...(wakes.get(kind) ?? []), resolve]);
            signal.addEventListener("abort", () => resolve(), { once: true });
          });
        }
        if (signal.aborted) return;
      }
    },
  } as unknown as Cluster;
  return {
    cluster,
    list(kind: KindId, ...objects: KubeObject[]) {
      lists.set(kind, () => ({ items: objects, resourceVersion: "1", continue: undefined }));
    },
    /** What one namespace has of a kind; others refuse it. */
    listIn(namespace: string, kind: KindId, ...objects: KubeObject[]) {
      byNamespace.set(`${kind} ${namespace}`, () => ({
        items: objects,
        resourceVersion: "1",
        continue: undefined,
      }));
    },
    refuse(kind: KindId, error: AppError) {
      lists.set(kind, () => {
        throw error;
      });
    },
    send(kind: KindId, ...events: (WatchEvent | AppError)[]) {
      queues.set(kind, [...(queues.get(kind) ?? []), ...events]);
      for (const wake of wakes.get(kind) ?? []) wake();
      wakes.delete(kind);
    },
  };
}

/** Batches at once; waits of failures take until `retry` is called. */
function testClock() {
  let release: (() => void)[] = [];
  const clock: Clock = {
    now: () => instant(5_000),
    sleep: (length) =>
      length === 20 || length === 0
        ? new Promise((resolve) => setImmediate(resolve))
        : new Promise((resolve) => release.push(resolve)),
  };
  return {
    clock,
    retry() {
      const waiting = release;
      release = [];
      for (const resolve of waiting) resolve();
    },
  };
}

let store: RunningMeshStore | undefined;
afterEach(() => store?.close());

function start(fed: ReturnType<typeof fedCluster>, clock: Clock, kinds: readonly KindId[]) {
  store = meshStore({ cluster: fed.cluster, clock, random: () => 0, log: silent }, kinds);
  store.start();
  return store;
}

const names = (mesh: RunningMeshStore) =>
  mesh
    .view()
    .list("Service")
    .map(({ metadata }) => metadata.name);

const changed = (mesh: RunningMeshStore) =>
  new Promise<ReadonlySet<KindId>>((resolve) => {
    const stop = mesh.onChange((_view, kinds) => {
      stop();
      resolve(kinds);
    });
  });

const until = async (fact: () => boolean) => {
  for (let turn = 0; !fact(); turn++) {
    if (turn > 1_000) throw new Error("it never came true");
    await new Promise((resolve) => setImmediate(resolve));
  }
};

test("lists and changes become views, several changes in one", async () => {
  const fed = fedCluster();
  fed.list("Service", service("a"), service("b"));
  const mesh = start(fed, testClock().clock, ["Service"]);
  expect(mesh.ready).toBe(false);
  expect(mesh.state().state).toBe("connecting");

  expect(await changed(mesh)).toEqual(new Set(["Service"]));
  expect(names(mesh)).toEqual(["a", "b"]);
  expect(mesh.ready).toBe(true);
  expect(mesh.state()).toMatchObject({ state: "live", lastSeen: 5_000 });

  const before = mesh.view().version;
  fed.send(
    "Service",
    { type: "put", object: service("c", { version: "2" }) },
    { type: "delete", object: service("a", { version: "3" }) },
  );
  await changed(mesh);
  expect(names(mesh)).toEqual(["b", "c"]);
  expect(mesh.view().version).toBe(before + 1);
});

test("repeats, unknown deletions and bookmarks make no new view", async () => {
  const fed = fedCluster();
  fed.list("Service", service("a"));
  const mesh = start(fed, testClock().clock, ["Service"]);
  await changed(mesh);
  const before = mesh.view().version;
  fed.send(
    "Service",
    { type: "put", object: service("a") },
    { type: "delete", object: service("never-seen") },
    { type: "bookmark", resourceVersion: "9" },
    { type: "put", object: service("b", { version: "10" }) },
  );
  await changed(mesh);
  expect(names(mesh)).toEqual(["a", "b"]);
  expect(mesh.view().version).toBe(before + 1);
});

test("a new list after 410 finds what was deleted and made again meanwhile", async () => {
  const fed = fedCluster();
  fed.list("Service", service("gone"), service("same"), service("again", { uid: "old" }));
  const mesh = start(fed, testClock().clock, ["Service"]);
  await changed(mesh);

  fed.list("Service", service("same"), service("again", { uid: "new", version: "7" }));
  fed.send("Service", new AppError("expired", "too old"));
  await changed(mesh);
  expect(names(mesh)).toEqual(["same", "again"]);
  expect(mesh.view().get("Service", "shop", "again")?.metadata.uid).toBe("new");
  expect(mesh.problems()).toEqual([]);
});

test("an outage keeps the objects and says stale; the next list makes it live", async () => {
  const fed = fedCluster();
  const time = testClock();
  fed.list("Service", service("a"));
  const mesh = start(fed, time.clock, ["Service"]);
  await changed(mesh);

  fed.send("Service", new AppError("unavailable", "nothing listens there", { hint: "Start it." }));
  await until(() => mesh.state().state === "stale");
  expect(mesh.state().error).toEqual({ message: "nothing listens there", hint: "Start it." });
  expect(names(mesh)).toEqual(["a"]);
  expect(mesh.ready).toBe(true);

  time.retry();
  fed.send("Service", { type: "put", object: service("b", { version: "2" }) });
  await changed(mesh);
  expect(mesh.state().state).toBe("live");
  expect(names(mesh)).toEqual(["a", "b"]);
});

test("a cluster that never answered is down, and the mesh is not ready", async () => {
  const fed = fedCluster();
  fed.refuse("Service", new AppError("unavailable", "nothing listens there"));
  const mesh = start(fed, testClock().clock, ["Service"]);
  await until(() => mesh.state().state === "down");
  expect(mesh.ready).toBe(false);
});

test("kinds that are not served are no problem; forbidden ones are told and not kept", async () => {
  const fed = fedCluster();
  fed.list("Service", service("a"));
  fed.refuse("Pod", new AppError("forbidden", "no"));
  const mesh = start(fed, testClock().clock, ["Service", "Pod", "WasmPlugin"]);
  await until(() => mesh.ready);
  expect(mesh.state().state).toBe("live");
  expect(mesh.problems().map(({ kind, error }) => [kind, error.code])).toEqual([
    ["Pod", "forbidden"],
  ]);
});

const inNamespace = (namespace: string, name: string, version = "1"): KubeObject => {
  const one = service(name, { version });
  return { ...one, metadata: { ...one.metadata, namespace, uid: `${namespace}/${name}` } };
};
const aNamespace = (name: string): KubeObject => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name, uid: name, resourceVersion: "1" },
});

test("a kind that may not be listed everywhere is read in the namespaces where it may", async () => {
  const fed = fedCluster();
  fed.list("Namespace", aNamespace("bank"), aNamespace("shop"), aNamespace("vault"));
  fed.refuse("Service", new AppError("forbidden", "services is forbidden"));
  fed.listIn("shop", "Service", inNamespace("shop", "cart"), inNamespace("shop", "web"));
  fed.listIn("bank", "Service", inNamespace("bank", "ledger"));
  const mesh = start(fed, testClock().clock, ["Namespace", "Service"]);
  await until(() => mesh.ready && names(mesh).length === 3);
  expect(names(mesh).sort()).toEqual(["cart", "ledger", "web"]);
  expect(mesh.problems().map(({ kind, error }) => [kind, error.code, error.message])).toEqual([
    [
      "Service",
      "forbidden",
      "services may not be listed in the whole cluster; they are read in 2 namespaces, not in vault",
    ],
  ]);
  expect(mesh.state().state).toBe("live");

  fed.send("Service", { type: "put", object: inNamespace("shop", "new", "2") });
  await until(() => names(mesh).includes("new"));
  fed.send("Service", { type: "delete", object: inNamespace("bank", "ledger") });
  await until(() => !names(mesh).includes("ledger"));

  // A namespace that comes is read too; what was in one that goes is gone.
  fed.listIn("pets", "Service", inNamespace("pets", "dog"));
  fed.send("Namespace", { type: "put", object: aNamespace("pets") });
  await until(() => names(mesh).includes("dog"));
  fed.send("Namespace", { type: "delete", object: aNamespace("shop") });
  await until(() => !names(mesh).includes("cart"));
  expect(names(mesh)).toEqual(["dog"]);
});

test("who may not list namespaces either is shown the one that the context names", async () => {
  const fed = fedCluster();
  fed.refuse("Namespace", new AppError("forbidden", "namespaces is forbidden"));
  fed.refuse("Service", new AppError("forbidden", "services is forbidden"));
  fed.listIn("home", "Service", inNamespace("home", "mine"));
  const mesh = start(fed, testClock().clock, ["Namespace", "Service"]);
  await until(() => mesh.ready && names(mesh).length === 1);
  expect(mesh.problems().map(({ error }) => error.message)).toEqual([
    "namespaces is forbidden",
    "services may not be listed in the whole cluster; they are read in 1 namespace",
  ]);
});

test("what is allowed in the whole cluster later is read there", async () => {
  const fed = fedCluster();
  const time = testClock();
  fed.list("Namespace", aNamespace("shop"));
  fed.refuse("Service", new AppError("forbidden", "services is forbidden"));
  fed.listIn("shop", "Service", inNamespace("shop", "cart"));
  const mesh = start(fed, time.clock, ["Namespace", "Service"]);
  await until(() => names(mesh).length === 1);
  fed.list("Service", inNamespace("shop", "cart"), inNamespace("bank", "ledger"));
  time.retry();
  await until(() => names(mesh).length === 2);
  expect(mesh.problems()).toEqual([]);
});

test.each(["forbidden", "unsupported"] as const)(
  "objects of a kind stay while a server that starts says %s, and go when it goes on so",
  async (code) => {
    const fed = fedCluster();
    const time = testClock();
    fed.list("Service", service("a"));
    const mesh = start(fed, time.clock, ["Service"]);
    await changed(mesh);
    fed.refuse("Service", new AppError(code, "no more"));
    fed.send("Service", new AppError(code, "no more"));
    await until(() => mesh.problems().length > 0);
    expect(names(mesh)).toEqual(["a"]);
    expect(mesh.state().state).toBe("stale");
    fed.list("Service", service("a"));
    time.retry();
    await until(() => mesh.problems().length === 0);
    expect(names(mesh)).toEqual(["a"]);

    fed.refuse("Service", new AppError(code, "no more"));
    fed.send("Service", new AppError(code, "no more"));
    await until(() => {
      time.retry();
      return names(mesh).length === 0;
    });
    expect(mesh.state().state).toBe(code === "forbidden" ? "forbidden" : "live");
  },
);

test("a listener that throws stops neither the others nor the mirror", async () => {
  const fed = fedCluster();
  fed.list("Service", service("a"));
  const mesh = start(fed, testClock().clock, ["Service"]);
  mesh.onChange(() => {
    throw new Error("a bug in a page");
  });
  await changed(mesh);
  fed.send("Service", { type: "put", object: service("b", { version: "2" }) });
  await changed(mesh);
  expect(names(mesh)).toEqual(["a", "b"]);
});

test("a mirror that meets a bug starts again", async () => {
  const fed = fedCluster();
  const time = testClock();
  fed.refuse("Service", new TypeError("a bug") as never);
  const mesh = start(fed, time.clock, ["Service"]);
  await new Promise((resolve) => setImmediate(resolve));
  fed.list("Service", service("a"));
  await until(() => {
    time.retry();
    return mesh.ready;
  });
  await changed(mesh);
  expect(names(mesh)).toEqual(["a"]);
});
