import assert from "node:assert/strict";
import { at, textAt } from "../api-connection";
import { area, type Bench } from "../behaviour";
import { configMap, created, virtualService, VS } from "../objects";

const versionOf = async (bench: Bench, resource: string) =>
  textAt((await bench.api.get(bench.path(resource))).json, "metadata.resourceVersion");

export const watches = area("watches", (it) => {
  it("a watch from a version yields what comes after it, in order", async (bench) => {
    const from = await versionOf(bench, "configmaps");
    const name = bench.name();
    const { events } = await bench.api.watch(
      `${bench.path("configmaps")}?watch=true&resourceVersion=${from}`,
      (seen) => seen.length >= 3,
      {
        during: async () => {
          await created(bench, "configmaps", configMap(name));
          await bench.api.patch("merge", bench.path("configmaps", name), { data: { more: "1" } });
          await bench.api.delete(bench.path("configmaps", name));
        },
      },
    );
    assert.deepEqual(
      events.map(({ type }) => type),
      ["ADDED", "MODIFIED", "DELETED"],
    );
    const versions = events.map(({ object }) => Number(textAt(object, "metadata.resourceVersion")));
    assert.deepEqual(
      versions,
      [...versions].sort((a, b) => a - b),
    );
  });
  it("a watch without a version starts with what is there", async (bench) => {
    const name = bench.name();
    await created(bench, "configmaps", configMap(name));
    const { events } = await bench.api.watch(`${bench.path("configmaps")}?watch=true`, (seen) =>
      seen.some(({ object }) => at(object, "metadata.name") === name),
    );
    assert.ok(events.every(({ type }) => type === "ADDED"));
  });
  it("allowWatchBookmarks with sendInitialEvents marks the end of what was there", async (bench) => {
    const name = bench.name();
    await created(bench, "configmaps", configMap(name));
    const query =
      "watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true";
    const { events } = await bench.api.watch(`${bench.path("configmaps")}?${query}`, (seen) =>
      seen.some(({ type }) => type === "BOOKMARK"),
    );
    const bookmark = events.find(({ type }) => type === "BOOKMARK");
    assert.equal(
      (at(bookmark?.object, "metadata.annotations") as Record<string, string>)[
        "k8s.io/initial-events-end"
      ],
      "true",
    );
    assert.ok(events.some(({ object }) => at(object, "metadata.name") === name));
  });
  it("sendInitialEvents without resourceVersionMatch is 422", async (bench) => {
    const answer = await bench.api.get(
      `${bench.path("configmaps")}?watch=true&sendInitialEvents=true&allowWatchBookmarks=true`,
    );
    assert.equal(answer.status, 422);
  });
  it("timeoutSeconds ends a watch cleanly", async (bench) => {
    const from = await versionOf(bench, "configmaps");
    const { ended, status } = await bench.api.watch(
      `${bench.path("configmaps")}?watch=true&resourceVersion=${from}&timeoutSeconds=1`,
      () => false,
      { patienceMs: 6_000 },
    );
    assert.equal(status, 200);
    assert.equal(ended, true);
  });
  it("a label selector turns a change of labels into ADDED and DELETED", async (bench) => {
    const from = await versionOf(bench, "configmaps");
    const name = bench.name();
    const { events } = await bench.api.watch(
      `${bench.path("configmaps")}?watch=true&resourceVersion=${from}&labelSelector=on%3Dyes`,
      (seen) => seen.length >= 2,
      {
        during: async () => {
          await created(bench, "configmaps", configMap(name));
          await bench.api.patch("merge", bench.path("configmaps", name), {
            metadata: { labels: { on: "yes" } },
          });
          await bench.api.patch("merge", bench.path("configmaps", name), {
            metadata: { labels: { on: "no" } },
          });
        },
      },
    );
    assert.deepEqual(
      events.map(({ type }) => type),
      ["ADDED", "DELETED"],
    );
  });
  it("a field selector watches one object", async (bench) => {
    const name = bench.name();
    const from = await versionOf(bench, "configmaps");
    const { events } = await bench.api.watch(
      `${bench.path("configmaps")}?watch=true&resourceVersion=${from}&fieldSelector=metadata.name%3D${name}`,
      (seen) => seen.length >= 1,
      {
        during: async () => {
          await created(bench, "configmaps", configMap(`${name}-other`));
          await created(bench, "configmaps", configMap(name));
        },
      },
    );
    assert.equal(at(events[0]?.object, "metadata.name"), name);
  });
  it("a version that was forgotten is Expired", async (bench) => {
    const { status, events } = await bench.api.watch(
      `${bench.path(VS)}?watch=true&resourceVersion=1`,
      (seen) => seen.length > 0,
      { patienceMs: 3_000 },
    );
    const gone =
      status === 410 || (events[0]?.type === "ERROR" && at(events[0].object, "code") === 410);
    assert.ok(gone, `${status} ${JSON.stringify(events[0] ?? {}).slice(0, 200)}`);
  });
  it("a change that changes nothing is no event", async (bench) => {
    const name = bench.name();
    await created(bench, "configmaps", configMap(name));
    const from = await versionOf(bench, "configmaps");
    const { events } = await bench.api.watch(
      `${bench.path("configmaps")}?watch=true&resourceVersion=${from}`,
      (seen) => seen.length >= 1,
      {
        during: async () => {
          await bench.api.patch("merge", bench.path("configmaps", name), {
            data: { key: "value" },
          });
          await bench.api.patch("merge", bench.path("configmaps", name), {
            data: { key: "other" },
          });
        },
      },
    );
    assert.equal(at(events[0]?.object, "data.key"), "other");
  });
  it("two watches see the same events", async (bench) => {
    const from = await versionOf(bench, VS);
    const name = bench.name();
    const path = `${bench.path(VS)}?watch=true&resourceVersion=${from}`;
    const first = bench.api.watch(path, (seen) => seen.length >= 1);
    const second = bench.api.watch(path, (seen) => seen.length >= 1, {
      during: () => created(bench, VS, virtualService(name)),
    });
    const [a, b] = await Promise.all([first, second]);
    assert.deepEqual(a.events, b.events);
  });
});
