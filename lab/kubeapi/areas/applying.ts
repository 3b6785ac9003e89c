import assert from "node:assert/strict";
import { at, listAt, textAt } from "../api-connection";
import { area } from "../behaviour";
import { configMap, virtualService, VS } from "../objects";

export const applies = area("server-side apply", (it) => {
  it("creates with 201 and changes with 200", async (bench) => {
    const name = bench.name();
    const path = `${bench.path(VS, name)}?fieldManager=one`;
    assert.equal((await bench.api.patch("apply", path, virtualService(name))).status, 201);
    assert.equal(
      (await bench.api.patch("apply", path, virtualService(name, { hosts: ["a"] }))).status,
      200,
    );
  });
  it("wants a fieldManager", async (bench) => {
    const name = bench.name();
    const { status } = await bench.api.patch("apply", bench.path(VS, name), virtualService(name));
    assert.ok(status === 400 || status === 422, String(status));
  });
  it("records what each manager applied", async (bench) => {
    const name = bench.name();
    const { json } = await bench.api.patch(
      "apply",
      `${bench.path("configmaps", name)}?fieldManager=one`,
      configMap(name, { a: "1" }),
    );
    const [entry] = listAt(json, "metadata.managedFields");
    assert.equal(entry?.operation, "Apply");
    assert.deepEqual(at(entry, "fieldsV1"), { "f:data": { "f:a": {} } });
  });
  it("another manager's field is a 409 conflict that names it", async (bench) => {
    const name = bench.name();
    const path = bench.path("configmaps", name);
    await bench.api.patch("apply", `${path}?fieldManager=one`, configMap(name, { a: "1" }));
    const { status, json } = await bench.api.patch(
      "apply",
      `${path}?fieldManager=two`,
      configMap(name, { a: "2" }),
    );
    assert.equal(status, 409);
    const [cause] = listAt(json, "details.causes");
    assert.equal(cause?.reason, "FieldManagerConflict");
    assert.equal(cause?.field, ".data.a");
    assert.match(textAt(json, "message"), /^Apply failed with 1 conflict: conflict with "one"/);
  });
  it("force takes the field over", async (bench) => {
    const name = bench.name();
    const path = bench.path("configmaps", name);
    await bench.api.patch("apply", `${path}?fieldManager=one`, configMap(name, { a: "1" }));
    const { status, json } = await bench.api.patch(
      "apply",
      `${path}?fieldManager=two&force=true`,
      configMap(name, { a: "2" }),
    );
    assert.equal(status, 200);
    assert.deepEqual(json.data, { a: "2" });
  });
  it("equal values are shared without a conflict", async (bench) => {
    const name = bench.name();
    const path = bench.path("configmaps", name);
    await bench.api.patch("apply", `${path}?fieldManager=one`, configMap(name, { a: "1" }));
    assert.equal(
      (await bench.api.patch("apply", `${path}?fieldManager=two`, configMap(name, { a: "1" })))
        .status,
      200,
    );
  });
  it("a field that its only manager leaves out is removed", async (bench) => {
    const name = bench.name();
    const path = bench.path("configmaps", name);
    await bench.api.patch("apply", `${path}?fieldManager=one`, configMap(name, { a: "1", b: "2" }));
    const { json } = await bench.api.patch(
      "apply",
      `${path}?fieldManager=one`,
      configMap(name, { a: "1" }),
    );
    assert.deepEqual(json.data, { a: "1" });
  });
  it("a field of another manager stays when one leaves it out", async (bench) => {
    const name = bench.name();
    const path = bench.path("configmaps", name);
    await bench.api.patch("apply", `${path}?fieldManager=one`, configMap(name, { a: "1" }));
    const { json } = await bench.api.patch(
      "apply",
      `${path}?fieldManager=two`,
      configMap(name, { b: "2" }),
    );
    assert.deepEqual(json.data, { a: "1", b: "2" });
  });
  it("spec.http of a VirtualService is atomic: one manager owns it whole", async (bench) => {
    const name = bench.name();
    const path = bench.path(VS, name);
    await bench.api.patch("apply", `${path}?fieldManager=one`, virtualService(name));
    const changed = virtualService(name, {
      http: [{ route: [{ destination: { host: "reviews" } }] }],
    });
    const { status, json } = await bench.api.patch("apply", `${path}?fieldManager=two`, changed);
    assert.equal(status, 409);
    assert.ok(
      listAt(json, "details.causes").some(({ field }) => field === ".spec.http"),
      JSON.stringify(json.details),
    );
  });
  it("lists with keys merge by key", async (bench) => {
    const name = bench.name();
    const service = (port: number, portName: string) => ({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name },
      spec: { ports: [{ name: portName, port, protocol: "TCP" }] },
    });
    const path = bench.path("services", name);
    await bench.api.patch("apply", `${path}?fieldManager=one`, service(80, "http"));
    const { json } = await bench.api.patch(
      "apply",
      `${path}?fieldManager=two`,
      service(90, "admin"),
    );
    assert.deepEqual(
      listAt(json, "spec.ports").map((port) => port.name),
      ["http", "admin"],
    );
  });
  it("managedFields in the body are refused", async (bench) => {
    const name = bench.name();
    const body = configMap(name, {}, { managedFields: [] });
    const { status } = await bench.api.patch(
      "apply",
      `${bench.path("configmaps", name)}?fieldManager=one`,
      body,
    );
    assert.ok(status === 400 || status === 201, String(status));
  });
  it("the same again changes nothing", async (bench) => {
    const name = bench.name();
    const path = `${bench.path("configmaps", name)}?fieldManager=one`;
    const first = await bench.api.patch("apply", path, configMap(name, { a: "1" }));
    const again = await bench.api.patch("apply", path, configMap(name, { a: "1" }));
    assert.equal(
      at(again.json, "metadata.resourceVersion"),
      at(first.json, "metadata.resourceVersion"),
    );
  });
  it("an update takes ownership from who applied", async (bench) => {
    const name = bench.name();
    const path = bench.path("configmaps", name);
    await bench.api.patch("apply", `${path}?fieldManager=one`, configMap(name, { a: "1" }));
    await bench.api.patch("merge", `${path}?fieldManager=editor`, { data: { a: "2" } });
    const { status, json } = await bench.api.patch(
      "apply",
      `${path}?fieldManager=one`,
      configMap(name, { a: "1" }),
    );
    assert.equal(status, 409);
    assert.match(textAt(json, "message"), /conflict with "editor"/);
  });
  it("dryRun applies nothing", async (bench) => {
    const name = bench.name();
    const path = `${bench.path("configmaps", name)}?fieldManager=one&dryRun=All`;
    assert.equal((await bench.api.patch("apply", path, configMap(name))).status, 201);
    assert.equal((await bench.api.get(bench.path("configmaps", name))).status, 404);
  });
});
