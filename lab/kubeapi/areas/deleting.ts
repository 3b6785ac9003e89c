import assert from "node:assert/strict";
import { at, textAt } from "../api-connection";
import { area } from "../behaviour";
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
