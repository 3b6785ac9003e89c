import assert from "node:assert/strict";
import { at, listAt, textAt } from "../api-connection";
import { area } from "../behaviour";
import { configMap, created } from "../objects";

export const versions = area("versions", (it) => {
  it("a list at the exact version of now is that version", async (bench) => {
    await created(bench, "configmaps", configMap(bench.name()));
    const version = textAt(
      (await bench.api.get(bench.path("configmaps"))).json,
      "metadata.resourceVersion",
    );
    const { status, json } = await bench.api.get(
      `${bench.path("configmaps")}?resourceVersion=${version}&resourceVersionMatch=Exact`,
    );
    assert.equal(status, 200);
    assert.equal(at(json, "metadata.resourceVersion"), version);
  });
  it("a list not older than a version has what was written then", async (bench) => {
    const name = bench.name();
    const version = textAt(
      await created(bench, "configmaps", configMap(name)),
      "metadata.resourceVersion",
    );
    const { json } = await bench.api.get(
      `${bench.path("configmaps")}?resourceVersion=${version}&resourceVersionMatch=NotOlderThan`,
    );
    assert.ok(listAt(json, "items").some((item) => at(item, "metadata.name") === name));
  });
  it("Exact for version 0 is refused", async (bench) => {
    const { status, json } = await bench.api.get(
      `${bench.path("configmaps")}?resourceVersion=0&resourceVersionMatch=Exact`,
    );
    assert.equal(status, 422);
    assert.match(textAt(json, "message"), /"exact" is forbidden for resourceVersion "0"/);
  });
  it("another word for resourceVersionMatch is refused", async (bench) => {
    const { status, json } = await bench.api.get(
      `${bench.path("configmaps")}?resourceVersion=1&resourceVersionMatch=Perhaps`,
    );
    assert.equal(status, 422);
    assert.match(textAt(json, "message"), /supported values: "Exact", "NotOlderThan", ""/);
  });
  it("a cluster IP outside the range is refused", async (bench) => {
    const { status, json } = await bench.api.post(bench.path("services"), {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: bench.name() },
      spec: { clusterIP: "10.97.0.1", ports: [{ port: 80 }] },
    });
    assert.equal(status, 422);
    assert.match(textAt(json, "message"), /failed to allocate IP 10\.97\.0\.1: /);
  });
  it("a headless Service keeps None", async (bench) => {
    const stored = await created(bench, "services", {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: bench.name() },
      spec: { clusterIP: "None", selector: { app: "x" }, ports: [{ port: 80 }] },
    });
    assert.deepEqual(at(stored, "spec.clusterIPs"), ["None"]);
  });
});
