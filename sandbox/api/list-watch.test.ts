import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { JsonRecord } from "@/lib/k8s/json-value";
import type { KubeObject } from "@/lib/k8s/object";
import { TestApi, type WatchLine } from "./testing";

const CM = "/api/v1/namespaces/bookinfo/configmaps";
const MERGE = "application/merge-patch+json";
const TABLE = { accept: "application/json;as=Table;v=v1;g=meta.k8s.io,application/json" };

const configMap = (name: string, labels: Readonly<Record<string, string>> = {}): KubeObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace: "bookinfo", labels },
  data: {},
});

interface List {
  readonly metadata: { resourceVersion: string; continue?: string; remainingItemCount?: number };
  readonly items: readonly { metadata: { name: string }; kind?: string }[];
}
const listOf = (body: JsonRecord): List => body as unknown as List;
const names = (body: JsonRecord): string[] =>
  listOf(body).items.map(({ metadata }) => metadata.name);
const seen = (line: WatchLine | undefined): string =>
  `${line?.type} ${(line?.object.metadata as { name?: string } | undefined)?.name ?? ""}`.trim();

let api: TestApi;
beforeAll(async () => {
  api = await TestApi.start();
});
afterAll(() => api.close());
beforeEach(async () => {
  await api.send("DELETE", CM);
});

const create = (...objects: KubeObject[]): void => {
  for (const object of objects) api.cluster.store.create(object);
};
const label = (name: string, value: string) =>
  api.send("PATCH", `${CM}/${name}`, {
    body: { metadata: { labels: { team: value } } },
    type: MERGE,
  });

describe("lists", () => {
  it("select by labels and fields", async () => {
    create(configMap("a", { team: "x" }), configMap("b", { team: "y" }), configMap("c"));
    const list = async (query: string) => names((await api.send("GET", `${CM}?${query}`)).body);
    expect(await list("labelSelector=team")).toEqual(["a", "b"]);
    expect(await list("labelSelector=team%20notin%20(x)")).toEqual(["b", "c"]);
    expect(await list("labelSelector=!team")).toEqual(["c"]);
    expect(await list("fieldSelector=metadata.name%3Db")).toEqual(["b"]);
    expect(await list("fieldSelector=metadata.name!%3Db&labelSelector=team")).toEqual(["a"]);
  });

  it("leave out kind and version of built-in items, as Go's server does", async () => {
    create(configMap("a"));
    const [item] = listOf((await api.send("GET", CM)).body).items;
    expect(item).not.toHaveProperty("kind");
    expect((await api.send("GET", `${CM}/a`)).body.kind).toBe("ConfigMap");
  });

  it("come in pages of one snapshot, whatever happens meanwhile", async () => {
    create(...["a", "b", "c", "d"].map((name) => configMap(name)));
    const first = listOf((await api.send("GET", `${CM}?limit=3`)).body);
    expect(first.metadata.remainingItemCount).toBe(1);
    create(configMap("e"));
    api.cluster.store.delete("ConfigMap", "bookinfo", "d");
    const path = `${CM}?limit=3&continue=${first.metadata.continue}`;
    const second = await api.send("GET", path);
    expect(names(second.body)).toEqual(["d"]);
    expect(listOf(second.body).metadata).toEqual({
      resourceVersion: first.metadata.resourceVersion,
    });
  });

  it("say when a snapshot is gone, and how to go on without it", async () => {
    create(configMap("a"), configMap("b"));
    const first = listOf((await api.send("GET", `${CM}?limit=1`)).body);
    create(configMap("c"));
    api.clock.advance(6 * 60_000);
    const gone = await api.send("GET", `${CM}?limit=1&continue=${first.metadata.continue}`);
    expect(gone.body).toMatchObject({ code: 410, reason: "Expired" });
    const token = (gone.body.metadata as { continue: string }).continue;
    expect(names((await api.send("GET", `${CM}?continue=${token}`)).body)).toEqual(["b", "c"]);
  });

  it("come as tables, with the columns of the kind", async () => {
    create(configMap("a"));
    api.clock.advance(90_000);
    const { body } = await api.send("GET", CM, { headers: TABLE });
    expect(body).toMatchObject({
      kind: "Table",
      columnDefinitions: [{ name: "Name" }, { name: "Data" }, { name: "Age" }],
      rows: [{ cells: ["a", 0, "90s"], object: { kind: "PartialObjectMetadata" } }],
    });
    const whole = await api.send("GET", `${CM}/a?includeObject=Object`, { headers: TABLE });
    expect(whole.body).toMatchObject({ rows: [{ object: { kind: "ConfigMap" } }] });
  });
});

describe("watches", () => {
  const open = async (query: string, headers?: Record<string, string>) =>
    api.watch(`${CM}?watch=true&${query}`, headers);

  it("begin with what there is, then tell of changes in order", async () => {
    create(configMap("a"));
    const watch = await open("");
    expect(seen(await watch.next())).toBe("ADDED a");
    create(configMap("b"));
    await label("a", "x");
    await api.send("DELETE", `${CM}/b`);
    expect(seen(await watch.next())).toBe("ADDED b");
    expect(seen(await watch.next())).toBe("MODIFIED a");
    const deleted = await watch.next();
    expect(seen(deleted)).toBe("DELETED b");
    expect(deleted?.object).toMatchObject({
      metadata: { resourceVersion: String(api.cluster.objects.storage.version) },
    });
    watch.close();
  });

  it("go on strictly after a version", async () => {
    create(configMap("a"));
    const { resourceVersion } = listOf((await api.send("GET", CM)).body).metadata;
    create(configMap("b"));
    const watch = await open(`resourceVersion=${resourceVersion}`);
    expect(seen(await watch.next())).toBe("ADDED b");
    watch.close();
  });

  it("turn moves in and out of a selector into additions and deletions", async () => {
    create(configMap("a", { team: "x" }), configMap("b"));
    const watch = await open("labelSelector=team%3Dx");
    expect(seen(await watch.next())).toBe("ADDED a");
    await label("a", "y");
    await label("b", "x");
    expect(seen(await watch.next())).toBe("DELETED a");
    expect(seen(await watch.next())).toBe("ADDED b");
    watch.close();
  });

  it("say that a version is too old, and end", async () => {
    const { resourceVersion } = listOf((await api.send("GET", CM)).body).metadata;
    create(configMap("a"));
    api.server.compact();
    const watch = await open(`resourceVersion=${resourceVersion}`);
    expect(await watch.next()).toMatchObject({
      type: "ERROR",
      object: { kind: "Status", code: 410, reason: "Expired" },
    });
    expect(await watch.next()).toBeUndefined();
  });

  it("send bookmarks each minute and at the end of their time", async () => {
    const { resourceVersion } = listOf((await api.send("GET", CM)).body).metadata;
    const watch = await open(
      `resourceVersion=${resourceVersion}&allowWatchBookmarks=true&timeoutSeconds=90`,
    );
    api.clock.advance(60_000);
    expect(await watch.next()).toMatchObject({
      type: "BOOKMARK",
      object: { kind: "ConfigMap", metadata: { resourceVersion } },
    });
    api.clock.advance(30_000);
    expect((await watch.next())?.type).toBe("BOOKMARK");
    expect(await watch.next()).toBeUndefined();
  });

  it("mark the end of the initial events of a watch list", async () => {
    create(configMap("a"));
    const watch = await open(
      "sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true",
    );
    expect(seen(await watch.next())).toBe("ADDED a");
    expect(await watch.next()).toMatchObject({
      type: "BOOKMARK",
      object: { metadata: { annotations: { "k8s.io/initial-events-end": "true" } } },
    });
    watch.close();
  });

  it("tell of one object by its name, and come as tables", async () => {
    const watch = await open("fieldSelector=metadata.name%3Db", TABLE);
    create(configMap("a"), configMap("b"));
    const line = await watch.next();
    expect(line).toMatchObject({
      type: "ADDED",
      object: { kind: "Table", columnDefinitions: [{}, {}, {}], rows: [{ cells: ["b", 0, "0s"] }] },
    });
    await label("b", "x");
    expect((await watch.next())?.object).toMatchObject({ columnDefinitions: null });
    watch.close();
  });
});
