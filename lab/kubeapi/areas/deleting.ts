import assert from "node:assert/strict";
import { at, textAt } from "../api-connection";
import { area, type Bench } from "../behaviour";
import { configMap, created, virtualService, VS } from "../objects";

export const deletion = area("delete", (it) => {
  it("answers Success with details and the object is gone", async (bench) => {
    const name = bench.name();
    const stored = await created(bench, VS, virtualService(name));
    const { status, json } = await bench.api.delete(bench.path(VS, name));
    assert.equal(status, 200);
    assert.equal(json.status, "Success");
    assert.equal(at(json, "details.uid"), at(stored, "metadata.uid"));
    assert.equal((await bench.api.get(bench.path(VS, name))).status, 404);
  });
  it("a precondition on another uid is 409", async (bench) => {
    const name = bench.name();
    await created(bench, VS, virtualService(name));
    const body = {
      apiVersion: "v1",
      kind: "DeleteOptions",
      preconditions: { uid: "00000000-0000-4000-8000-000000000000" },
    };
    assert.equal((await bench.api.delete(bench.path(VS, name), body)).status, 409);
  });
  it("a precondition on another version is 409", async (bench) => {
    const name = bench.name();
    await created(bench, VS, virtualService(name));
    assert.equal(
      (await bench.api.delete(bench.path(VS, name), { preconditions: { resourceVersion: "1" } }))
        .status,
      409,
    );
  });
  it("dryRun in the body deletes nothing", async (bench) => {
    const name = bench.name();
    await created(bench, VS, virtualService(name));
    assert.equal((await bench.api.delete(bench.path(VS, name), { dryRun: ["All"] })).status, 200);
    assert.equal((await bench.api.get(bench.path(VS, name))).status, 200);
  });
  it("a finalizer keeps the object with a deletionTimestamp until it is taken away", async (bench) => {
    const name = bench.name();
    await created(bench, "configmaps", configMap(name, {}, { finalizers: ["example.com/hold"] }));
    const { status, json } = await bench.api.delete(bench.path("configmaps", name));
    assert.equal(status, 200);
    assert.notEqual(textAt(json, "metadata.deletionTimestamp"), "");
    assert.equal((await bench.api.get(bench.path("configmaps", name))).status, 200);
    await bench.api.patch("merge", bench.path("configmaps", name), {
      metadata: { finalizers: null },
    });
    assert.equal((await bench.api.get(bench.path("configmaps", name))).status, 404);
  });
  it("a new finalizer on what is being deleted is 422", async (bench) => {
    const name = bench.name();
    await created(bench, "configmaps", configMap(name, {}, { finalizers: ["example.com/hold"] }));
    await bench.api.delete(bench.path("configmaps", name));
    const patch = { metadata: { finalizers: ["example.com/hold", "example.com/more"] } };
    assert.equal(
      (await bench.api.patch("merge", bench.path("configmaps", name), patch)).status,
      422,
    );
    await bench.api.patch("merge", bench.path("configmaps", name), {
      metadata: { finalizers: null },
    });
  });
  it("deletecollection takes what a selector names", async (bench) => {
    const [kept, gone] = [bench.name(), bench.name()];
    await created(bench, "configmaps", configMap(kept));
    await created(bench, "configmaps", configMap(gone, {}, { labels: { sweep: "yes" } }));
    assert.equal(
      (await bench.api.delete(`${bench.path("configmaps")}?labelSelector=sweep%3Dyes`)).status,
      200,
    );
    assert.equal((await bench.api.get(bench.path("configmaps", kept))).status, 200);
    assert.equal((await bench.api.get(bench.path("configmaps", gone))).status, 404);
  });
  it("deleting what is not there is 404", async (bench) => {
    assert.equal((await bench.api.delete(bench.path(VS, "nope"))).status, 404);
  });
});

/** An owner, and an object that names it as such and blocks its deletion. */
async function family(bench: Bench, finalizers: readonly string[] = []) {
  const [name, child] = [bench.name(), bench.name()];
  const owner = await created(bench, "configmaps", configMap(name));
  const reference = {
    apiVersion: "v1",
    kind: "ConfigMap",
    name,
    uid: at(owner, "metadata.uid"),
    blockOwnerDeletion: true,
  };
  await created(
    bench,
    "configmaps",
    configMap(child, {}, { ownerReferences: [reference], finalizers }),
  );
  return { owner: bench.path("configmaps", name), child: bench.path("configmaps", child) };
}

/** Lets go of what a test held. */
const release = async (bench: Bench, path: string) =>
  bench.api.patch("merge", path, { metadata: { finalizers: null } });

const HOLD = ["example.com/hold"];

export const propagation = area("delete and dependents", (it) => {
  it("in the foreground answers with the object, which waits for its dependents", async (bench) => {
    const { owner, child } = await family(bench, HOLD);
    const { status, json } = await bench.api.delete(owner, { propagationPolicy: "Foreground" });
    assert.equal(status, 200);
    assert.equal(json.kind, "ConfigMap");
    assert.deepEqual(at(json, "metadata.finalizers"), ["foregroundDeletion"]);
    assert.notEqual(textAt(json, "metadata.deletionTimestamp"), "");
    assert.equal((await bench.api.get(owner)).status, 200);
    await release(bench, child);
    await release(bench, owner);
  });
  it("with orphans answers with the object and its finalizer", async (bench) => {
    const { owner, child } = await family(bench);
    const { status, json } = await bench.api.delete(owner, { propagationPolicy: "Orphan" });
    assert.equal(status, 200);
    assert.deepEqual(at(json, "metadata.finalizers"), ["orphan"]);
    await release(bench, owner);
    assert.equal((await bench.api.get(child)).status, 200);
  });
  it("another policy takes the place of that which an object waits by", async (bench) => {
    const { owner, child } = await family(bench, HOLD);
    await bench.api.patch("merge", owner, { metadata: { finalizers: HOLD } });
    await bench.api.delete(owner, { propagationPolicy: "Foreground" });
    const { status, json } = await bench.api.delete(owner, { propagationPolicy: "Background" });
    assert.equal(status, 200);
    assert.deepEqual(at(json, "metadata.finalizers"), HOLD);
    await release(bench, owner);
    await release(bench, child);
    assert.equal((await bench.api.get(owner)).status, 404);
  });
  it("of a namespace answers with the namespace, which terminates", async (bench) => {
    const { name, held } = await terminating(bench);
    const { json } = await bench.api.get(`/api/v1/namespaces/${name}`);
    assert.equal(at(json, "status.phase"), "Terminating");
    assert.notEqual(textAt(json, "metadata.deletionTimestamp"), "");
    await release(bench, held);
  });
  it("a namespace that terminates takes nothing new", async (bench) => {
    const { name, held } = await terminating(bench);
    const { status, json } = await bench.api.post(
      `/api/v1/namespaces/${name}/configmaps`,
      configMap("late"),
    );
    assert.equal(status, 403);
    assert.equal(json.reason, "Forbidden");
    assert.equal(
      json.message,
      `configmaps "late" is forbidden: unable to create new content in namespace ${name} because it is being terminated`,
    );
    assert.deepEqual(at(json, "details.causes"), [
      {
        reason: "NamespaceTerminating",
        message: `namespace ${name} is being terminated`,
        field: "metadata.namespace",
      },
    ]);
    await release(bench, held);
  });
  it("what is in a namespace that terminates can be changed", async (bench) => {
    const { held } = await terminating(bench);
    const { status } = await bench.api.patch("merge", held, { data: { late: "yes" } });
    assert.equal(status, 200);
    await release(bench, held);
  });
  it("a namespace's own finalizers go by its finalize subresource alone", async (bench) => {
    const name = `${bench.namespace}-${bench.name()}`;
    const path = `/api/v1/namespaces/${name}`;
    const made = await bench.api.post("/api/v1/namespaces", {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name, finalizers: HOLD },
    });
    assert.deepEqual(at(made.json, "spec.finalizers"), ["kubernetes"]);
    await bench.api.patch("merge", path, { spec: { finalizers: null } });
    const { json } = await bench.api.get(path);
    assert.deepEqual(at(json, "spec.finalizers"), ["kubernetes"]);
    const { status } = await bench.api.put(`${path}/finalize`, { ...json, spec: {} });
    assert.equal(status, 200);
    assert.equal(at((await bench.api.get(path)).json, "spec.finalizers"), undefined);
    await bench.api.delete(path);
    await release(bench, path);
    assert.equal((await bench.api.get(path)).status, 404);
  });
});

/** A namespace that is being deleted, and an object in it that a finalizer holds. */
async function terminating(bench: Bench): Promise<{ name: string; held: string }> {
  const name = `${bench.namespace}-${bench.name()}`;
  await bench.api.post("/api/v1/namespaces", {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name },
  });
  const maps = `/api/v1/namespaces/${name}/configmaps`;
  await bench.api.post(maps, configMap("held", {}, { finalizers: HOLD }));
  const { status, json } = await bench.api.delete(`/api/v1/namespaces/${name}`);
  assert.equal(status, 200);
  assert.equal(json.kind, "Namespace");
  assert.equal(at(json, "status.phase"), "Terminating");
  return { name, held: `${maps}/held` };
}
