import assert from "node:assert/strict";
import { at, listAt, textAt } from "../api-connection";
import { area, type Bench } from "../behaviour";
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
  it("what does not fit is refused without a reason", async (bench) => {
    const name = bench.name();
    await created(bench, VS, virtualService(name));
    for (const operation of [
      { op: "replace", path: "/metadata/labels/a", value: "b" },
      { op: "remove", path: "/spec/nothing" },
      { op: "replace", path: "/spec/http/7", value: {} },
      { op: "invent", path: "/spec" },
    ]) {
      const { status, json } = await bench.api.patch("json", bench.path(VS, name), [operation]);
      assert.equal(status, 422, JSON.stringify(operation));
      assert.equal(json.reason, "Invalid");
      assert.equal(json.message, "the server rejected our request due to an error in our request");
      assert.deepEqual(json.details, {});
    }
  });
  it("replace adds a field that an object lacks", async (bench) => {
    const name = bench.name();
    await created(bench, VS, virtualService(name));
    const { status, json } = await bench.api.patch("json", bench.path(VS, name), [
      { op: "replace", path: "/metadata/labels", value: { a: "b" } },
    ]);
    assert.equal(status, 200);
    assert.deepEqual(at(json, "metadata.labels"), { a: "b" });
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
  it("new items of a list come before those that the patch does not name", async (bench) => {
    const patch = {
      spec: { template: { spec: { containers: [{ name: "new", image: "new:1" }] } } },
    };
    assert.deepEqual(await containersAfter(bench, patch), ["new", "app", "helper"]);
  });
  it("$setElementOrder says in which order items come", async (bench) => {
    const patch = (spec: object) => ({ spec: { template: { spec } } });
    const order = [{ name: "helper" }, { name: "app" }];
    assert.deepEqual(
      await containersAfter(bench, patch({ "$setElementOrder/containers": order })),
      ["helper", "app"],
    );
    const added = {
      "$setElementOrder/containers": [{ name: "app" }, { name: "new" }, { name: "helper" }],
      containers: [{ name: "new", image: "new:1" }],
    };
    assert.deepEqual(await containersAfter(bench, patch(added)), ["app", "new", "helper"]);
  });
  it("$patch: replace takes the place of a list or a map", async (bench) => {
    const list = [{ $patch: "replace" }, { name: "only", image: "only:1" }];
    const patch = { spec: { template: { spec: { containers: list } } } };
    assert.deepEqual(await containersAfter(bench, patch), ["only"]);
    const name = bench.name();
    await created(bench, "configmaps", configMap(name, { a: "1", b: "2" }));
    const { json } = await bench.api.patch("strategic", bench.path("configmaps", name), {
      data: { $patch: "replace", c: "3" },
    });
    assert.deepEqual(json.data, { c: "3" });
  });
  it("$deleteFromPrimitiveList and $retainKeys take away", async (bench) => {
    const name = bench.name();
    const path = bench.path("configmaps", name);
    await created(bench, "configmaps", configMap(name, {}, { finalizers: ["a.io/x", "a.io/y"] }));
    const fewer = await bench.api.patch("strategic", path, {
      metadata: { "$deleteFromPrimitiveList/finalizers": ["a.io/x"] },
    });
    assert.deepEqual(at(fewer.json, "metadata.finalizers"), ["a.io/y"]);
    await bench.api.patch("merge", path, { metadata: { finalizers: null } });
    const deployed = bench.name();
    await created(bench, "apps/v1/deployments", deployment(deployed));
    const { json } = await bench.api.patch(
      "strategic",
      bench.path("apps/v1/deployments", deployed),
      { spec: { strategy: { $retainKeys: ["type"], type: "Recreate" } } },
    );
    assert.deepEqual(at(json, "spec.strategy"), { type: "Recreate" });
  });
  it("an item without its merge key is the server's own fault", async (bench) => {
    const { status, json } = await patchedContainers(bench, [{ image: "app:2" }]);
    assert.equal(status, 500);
    assert.equal(json.message, "map: map[image:app:2] does not contain declared merge key: name");
  });
  it("$retainKeys that does not name what is set is 400", async (bench) => {
    const name = bench.name();
    await created(bench, "apps/v1/deployments", deployment(name));
    const { status } = await bench.api.patch("strategic", bench.path("apps/v1/deployments", name), {
      spec: { strategy: { $retainKeys: ["rollingUpdate"], type: "Recreate" } },
    });
    assert.equal(status, 400);
  });
  it("directives that are no lists are refused", async (bench) => {
    const answerTo = async (spec: object) => {
      const { status, json } = await patchedDeployment(bench, { spec });
      return [status, json.message];
    };
    assert.deepEqual(await answerTo({ strategy: { $retainKeys: "type" } }), [
      400,
      "invalid patch format of retainKeys",
    ]);
    assert.deepEqual(
      await answerTo({ template: { spec: { "$setElementOrder/containers": "app" } } }),
      [500, "expected a []interface {}, but received a string"],
    );
    assert.deepEqual(await answerTo({ strategy: { $patch: "invent" } }), [
      500,
      "unknown patch type: invent in map: map[$patch:invent]",
    ]);
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

/** What comes of a Deployment with containers `app` and `helper` by a strategic merge patch. */
async function patchedDeployment(bench: Bench, patch: object) {
  const name = bench.name();
  await created(bench, "apps/v1/deployments", deployment(name));
  return bench.api.patch("strategic", bench.path("apps/v1/deployments", name), patch);
}

const patchedContainers = (bench: Bench, containers: readonly object[]) =>
  patchedDeployment(bench, { spec: { template: { spec: { containers } } } });

/** The names of its containers. */
async function containersAfter(bench: Bench, patch: object): Promise<readonly unknown[]> {
  const { status, json, text } = await patchedDeployment(bench, patch);
  assert.equal(status, 200, text);
  return listAt(json, "spec.template.spec.containers").map(({ name }) => name);
}
