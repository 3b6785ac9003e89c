import assert from "node:assert/strict";
import { at, listAt, textAt } from "../api-connection";
import { area } from "../behaviour";
import { configMap, created, deployment, virtualService, VS } from "../objects";

const WEIGHT = "/spec/http/0/route/0/weight";

export const jsonPatches = area("json patch", (it) => {
  it("test and replace change one field", async (bench) => {
    const name = bench.name();
    await created(bench, VS, virtualService(name));
    const { status, json } = await bench.api.patch("json", bench.path(VS, name), [
      { op: "test", path: WEIGHT, value: 90 },
      { op: "replace", path: WEIGHT, value: 80 },
    ]);
    assert.equal(status, 200);
    assert.equal(at(json, "spec.http.0.route.0.weight"), 80);
    assert.equal(at(json, "spec.http.0.route.1.weight"), 10);
  });
  it("a test that fails is 422 and changes nothing", async (bench) => {
    const name = bench.name();
    await created(bench, VS, virtualService(name));
    const { status, json } = await bench.api.patch("json", bench.path(VS, name), [
      { op: "test", path: WEIGHT, value: 1 },
      { op: "replace", path: WEIGHT, value: 80 },
    ]);
    assert.equal(status, 422);
    assert.equal(json.reason, "Invalid");
    assert.equal(
      at((await bench.api.get(bench.path(VS, name))).json, "spec.http.0.route.0.weight"),
      90,
    );
  });
  it("add appends with - and remove removes", async (bench) => {
    const name = bench.name();
    await created(bench, VS, virtualService(name));
    const { json } = await bench.api.patch("json", bench.path(VS, name), [
      { op: "add", path: "/spec/hosts/-", value: "ratings" },
      { op: "remove", path: "/spec/http/0/name" },
    ]);
    assert.deepEqual(at(json, "spec.hosts"), ["reviews", "ratings"]);
    assert.equal(at(json, "spec.http.0.name"), undefined);
  });
  it("a path that is not there is 422", async (bench) => {
    const name = bench.name();
    await created(bench, VS, virtualService(name));
    const { status } = await bench.api.patch("json", bench.path(VS, name), [
      { op: "replace", path: "/spec/no/such", value: 1 },
    ]);
    assert.equal(status, 422);
  });
  it("a body that is no list of operations is 400", async (bench) => {
    const name = bench.name();
    await created(bench, VS, virtualService(name));
    assert.equal((await bench.api.patch("json", bench.path(VS, name), { op: "add" })).status, 400);
  });
  it("a test of the resourceVersion guards against what changed meanwhile", async (bench) => {
    const name = bench.name();
    const stored = await created(bench, VS, virtualService(name));
    await bench.api.patch("merge", bench.path(VS, name), { metadata: { labels: { a: "b" } } });
    const { status } = await bench.api.patch("json", bench.path(VS, name), [
      {
        op: "test",
        path: "/metadata/resourceVersion",
        value: textAt(stored, "metadata.resourceVersion"),
      },
      { op: "replace", path: WEIGHT, value: 80 },
    ]);
    assert.equal(status, 422);
  });
});

export const mergePatches = area("merge patch", (it) => {
  it("sets, replaces and removes with null; lists are replaced whole", async (bench) => {
    const name = bench.name();
    await created(bench, VS, virtualService(name));
    const { json } = await bench.api.patch("merge", bench.path(VS, name), {
      metadata: { labels: { team: "shop" } },
      spec: {
        hosts: ["a", "b"],
        http: [{ route: [{ destination: { host: "a" } }] }],
        gateways: null,
      },
    });
    assert.deepEqual(json.spec, {
      hosts: ["a", "b"],
      http: [{ route: [{ destination: { host: "a" } }] }],
    });
    assert.deepEqual(at(json, "metadata.labels"), { team: "shop" });
  });
  it("an old resourceVersion in the patch is 409", async (bench) => {
    const name = bench.name();
    const stored = await created(bench, VS, virtualService(name));
    await bench.api.patch("merge", bench.path(VS, name), { spec: { hosts: ["a"] } });
    const patch = {
      metadata: { resourceVersion: at(stored, "metadata.resourceVersion") },
      spec: { hosts: ["b"] },
    };
    assert.equal((await bench.api.patch("merge", bench.path(VS, name), patch)).status, 409);
  });
  it("patching what is not there is 404", async (bench) => {
    assert.equal((await bench.api.patch("merge", bench.path(VS, "nope"), {})).status, 404);
  });
  it("dryRun shows the result and keeps the object", async (bench) => {
    const name = bench.name();
    await created(bench, VS, virtualService(name));
    const { json } = await bench.api.patch("merge", `${bench.path(VS, name)}?dryRun=All`, {
      spec: { hosts: ["a"] },
    });
    assert.deepEqual(at(json, "spec.hosts"), ["a"]);
    assert.deepEqual(at((await bench.api.get(bench.path(VS, name))).json, "spec.hosts"), [
      "reviews",
    ]);
  });
  it("name and uid cannot be changed", async (bench) => {
    const name = bench.name();
    await created(bench, "configmaps", configMap(name));
    const { status } = await bench.api.patch("merge", bench.path("configmaps", name), {
      metadata: { name: "other" },
    });
    assert.ok(status >= 400 && status < 500, String(status));
  });
});

export const strategicPatches = area("strategic merge patch", (it) => {
  it("merges containers by name", async (bench) => {
    const name = bench.name();
    await created(bench, "apps/v1/deployments", deployment(name));
    const patch = {
      spec: { template: { spec: { containers: [{ name: "app", image: "app:2" }] } } },
    };
    const { json } = await bench.api.patch(
      "strategic",
      bench.path("apps/v1/deployments", name),
      patch,
    );
    const containers = listAt(json, "spec.template.spec.containers");
    assert.deepEqual(
      containers.map(({ image }) => image),
      ["app:2", "helper:1"],
    );
    assert.equal(listAt(containers[0], "ports").length, 1);
  });
  it("$patch: delete takes a member out", async (bench) => {
    const name = bench.name();
    await created(bench, "apps/v1/deployments", deployment(name));
    const patch = {
      spec: { template: { spec: { containers: [{ name: "helper", $patch: "delete" }] } } },
    };
    const { json } = await bench.api.patch(
      "strategic",
      bench.path("apps/v1/deployments", name),
      patch,
    );
    assert.deepEqual(
      listAt(json, "spec.template.spec.containers").map((c) => c.name),
      ["app"],
    );
  });
  it("null removes a key of a map", async (bench) => {
    const name = bench.name();
    await created(bench, "configmaps", configMap(name, { a: "1", b: "2" }));
    const { json } = await bench.api.patch("strategic", bench.path("configmaps", name), {
      data: { a: null },
    });
    assert.deepEqual(json.data, { b: "2" });
  });
  it("is 415 for custom resources, naming what is accepted", async (bench) => {
    const name = bench.name();
    await created(bench, VS, virtualService(name));
    const { status, json } = await bench.api.patch("strategic", bench.path(VS, name), { spec: {} });
    assert.equal(status, 415);
    assert.match(textAt(json, "message"), /application\/merge-patch\+json/);
  });
});
