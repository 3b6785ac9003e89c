import assert from "node:assert/strict";
import { at, listAt, textAt } from "../api-connection";
import { area } from "../behaviour";
import { configMap, created, deployment, virtualService, VS } from "../objects";

export const creation = area("create", (it) => {
  it("fills in uid, creationTimestamp, resourceVersion and generation", async (bench) => {
    const stored = await created(bench, VS, virtualService(bench.name()));
    assert.match(textAt(stored, "metadata.uid"), /^[0-9a-f-]{36}$/);
    assert.match(textAt(stored, "metadata.creationTimestamp"), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.equal(at(stored, "metadata.generation"), 1);
    assert.notEqual(textAt(stored, "metadata.resourceVersion"), "");
  });
  it("a name that is taken is 409 AlreadyExists", async (bench) => {
    const name = bench.name();
    await created(bench, VS, virtualService(name));
    const { status, json } = await bench.api.post(bench.path(VS), virtualService(name));
    assert.equal(status, 409);
    assert.equal(json.reason, "AlreadyExists");
    assert.equal(json.message, `virtualservices.networking.istio.io "${name}" already exists`);
  });
  it("a name that is no RFC 1123 subdomain is 422", async (bench) => {
    const { status, json } = await bench.api.post(
      bench.path("configmaps"),
      configMap("Upper_Case"),
    );
    assert.equal(status, 422);
    assert.equal(at(listAt(json, "details.causes")[0], "field"), "metadata.name");
  });
  it("no name is 422", async (bench) => {
    const { status } = await bench.api.post(bench.path("configmaps"), {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: {},
    });
    assert.equal(status, 422);
  });
  it("generateName makes a name with five letters more", async (bench) => {
    const { status, json } = await bench.api.post(bench.path("configmaps"), {
      ...configMap("x"),
      metadata: { generateName: "made-" },
    });
    assert.equal(status, 201);
    assert.match(textAt(json, "metadata.name"), /^made-[a-z0-9]{5}$/);
  });
  it("a namespace that is not there is 404", async ({ api }) => {
    const { status, json } = await api.post(
      "/api/v1/namespaces/no-such-namespace/configmaps",
      configMap("x"),
    );
    assert.equal(status, 404);
    assert.equal(json.message, 'namespaces "no-such-namespace" not found');
  });
  it("a namespace in the body that differs from the path is 400", async (bench) => {
    const { status } = await bench.api.post(
      bench.path("configmaps"),
      configMap(bench.name(), {}, { namespace: "default" }),
    );
    assert.equal(status, 400);
  });
  it("a kind that differs from the path is 400", async (bench) => {
    const { status } = await bench.api.post(bench.path("configmaps"), {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "x" },
    });
    assert.equal(status, 400);
  });
  it("a resourceVersion on a new object is refused", async (bench) => {
    const { status } = await bench.api.post(
      bench.path("configmaps"),
      configMap(bench.name(), {}, { resourceVersion: "1" }),
    );
    assert.equal(status, 500);
  });
  it("a body that is no JSON is 400", async (bench) => {
    assert.equal((await bench.api.post(bench.path("configmaps"), "{")).status, 400);
  });
  it("an unknown content type is 415", async (bench) => {
    const { status, json } = await bench.api.post(bench.path("configmaps"), "x", {
      contentType: "text/plain",
    });
    assert.equal(status, 415);
    assert.equal(json.reason, "UnsupportedMediaType");
  });
  it("YAML bodies are read", async (bench) => {
    const name = bench.name();
    const body = `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n  a: "1"\n`;
    const { status, json } = await bench.api.post(bench.path("configmaps"), body, {
      contentType: "application/yaml",
    });
    assert.equal(status, 201);
    assert.deepEqual(json.data, { a: "1" });
  });
  it("a body above 3 MiB is 413", async (bench) => {
    const { status } = await bench.api.post(
      bench.path("configmaps"),
      configMap(bench.name(), { big: "x".repeat(3_300_000) }),
    );
    assert.equal(status, 413);
  });
  it("dryRun=All validates, answers and stores nothing", async (bench) => {
    const name = bench.name();
    const { status, json } = await bench.api.post(
      `${bench.path(VS)}?dryRun=All`,
      virtualService(name),
    );
    assert.equal(status, 201);
    assert.match(textAt(json, "metadata.uid"), /^[0-9a-f-]{36}$/);
    assert.equal((await bench.api.get(bench.path(VS, name))).status, 404);
  });
  it("another dryRun than All is refused", async (bench) => {
    const { status } = await bench.api.post(
      `${bench.path("configmaps")}?dryRun=Some`,
      configMap(bench.name()),
    );
    assert.equal(status, 422);
  });
  it("managedFields name the fieldManager", async (bench) => {
    const { json } = await bench.api.post(
      `${bench.path("configmaps")}?fieldManager=tester`,
      configMap(bench.name()),
    );
    const [entry] = listAt(json, "metadata.managedFields");
    assert.equal(entry?.manager, "tester");
    assert.equal(entry?.operation, "Update");
  });
  it("a Service gets a cluster IP and defaults", async (bench) => {
    const service = {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: bench.name() },
      spec: { selector: { app: "x" }, ports: [{ port: 80 }] },
    };
    const stored = await created(bench, "services", service);
    assert.match(textAt(stored, "spec.clusterIP"), /^\d+\.\d+\.\d+\.\d+$/);
    assert.equal(at(stored, "spec.type"), "ClusterIP");
    assert.deepEqual(listAt(stored, "spec.ports"), [{ port: 80, protocol: "TCP", targetPort: 80 }]);
  });
});

export const updates = area("update", (it) => {
  it("PUT with the version that was read replaces", async (bench) => {
    const stored = await created(bench, VS, virtualService(bench.name()));
    const path = bench.path(VS, textAt(stored, "metadata.name"));
    const { status, json } = await bench.api.put(path, {
      ...stored,
      spec: virtualService("x", { hosts: ["ratings"] }).spec,
    });
    assert.equal(status, 200);
    assert.deepEqual(at(json, "spec.hosts"), ["ratings"]);
    assert.equal(at(json, "metadata.generation"), 2);
    assert.equal(at(json, "metadata.uid"), at(stored, "metadata.uid"));
  });
  it("PUT with an old version is 409 Conflict in the usual words", async (bench) => {
    const name = bench.name();
    const stored = await created(bench, VS, virtualService(name));
    await bench.api.patch("merge", bench.path(VS, name), { spec: { hosts: ["ratings"] } });
    const { status, json } = await bench.api.put(bench.path(VS, name), stored);
    assert.equal(status, 409);
    assert.equal(json.reason, "Conflict");
    assert.equal(
      json.message,
      `Operation cannot be fulfilled on virtualservices.networking.istio.io "${name}": the object has been modified; please apply your changes to the latest version and try again`,
    );
  });
  it("PUT of a custom resource without a version is 422", async (bench) => {
    const name = bench.name();
    await created(bench, VS, virtualService(name));
    const { status, json } = await bench.api.put(bench.path(VS, name), virtualService(name));
    assert.equal(status, 422);
    assert.match(
      textAt(json, "message"),
      /metadata\.resourceVersion: Invalid value: 0(x0)?: must be specified for an update/,
    );
  });
  it("PUT of a ConfigMap without a version wins over what is there", async (bench) => {
    const name = bench.name();
    await created(bench, "configmaps", configMap(name));
    assert.equal(
      (await bench.api.put(bench.path("configmaps", name), configMap(name, { a: "1" }))).status,
      200,
    );
  });
  it("PUT of what is not there is 404 for custom resources", async (bench) => {
    const { status } = await bench.api.put(bench.path(VS, "nope"), {
      ...virtualService("nope"),
      metadata: { name: "nope", resourceVersion: "1" },
    });
    assert.equal(status, 404);
  });
  it("PUT with a name that differs from the path is 400", async (bench) => {
    const stored = await created(bench, VS, virtualService(bench.name()));
    const { status } = await bench.api.put(bench.path(VS, "other"), stored);
    assert.equal(status, 400);
  });
  it("a uid that differs is 409", async (bench) => {
    const name = bench.name();
    const stored = await created(bench, VS, virtualService(name));
    const metadata = {
      ...(stored.metadata as object),
      uid: "00000000-0000-4000-8000-000000000000",
    };
    assert.equal((await bench.api.put(bench.path(VS, name), { ...stored, metadata })).status, 409);
  });
  it("labels change the version but not the generation", async (bench) => {
    const name = bench.name();
    const stored = await created(bench, VS, virtualService(name));
    const { json } = await bench.api.patch("merge", bench.path(VS, name), {
      metadata: { labels: { a: "b" } },
    });
    assert.equal(at(json, "metadata.generation"), 1);
    assert.notEqual(at(json, "metadata.resourceVersion"), at(stored, "metadata.resourceVersion"));
  });
  it("a change that changes nothing keeps the version", async (bench) => {
    const name = bench.name();
    const stored = await created(bench, VS, virtualService(name));
    const { json } = await bench.api.put(bench.path(VS, name), stored);
    assert.equal(at(json, "metadata.resourceVersion"), at(stored, "metadata.resourceVersion"));
  });
  it("the status subresource changes only status, the object only the rest", async (bench) => {
    const name = bench.name();
    const stored = await created(bench, VS, virtualService(name));
    const status = { conditions: [{ type: "Reconciled", status: "True" }] };
    const after = await bench.api.put(`${bench.path(VS, name)}/status`, {
      ...stored,
      spec: { hosts: ["x"] },
      status,
    });
    assert.equal(after.status, 200);
    assert.deepEqual(at(after.json, "spec.hosts"), ["reviews"]);
    assert.equal(at(listAt(after.json, "status.conditions")[0], "type"), "Reconciled");
    assert.equal(at(after.json, "metadata.generation"), 1);
    const again = await bench.api.put(bench.path(VS, name), { ...after.json, status: {} });
    assert.equal(at(listAt(again.json, "status.conditions")[0], "type"), "Reconciled");
  });
  it("scale reads and writes replicas", async (bench) => {
    const name = bench.name();
    await created(bench, "apps/v1/deployments", deployment(name));
    const path = `${bench.path("apps/v1/deployments", name)}/scale`;
    assert.equal((await bench.api.get(path)).json.kind, "Scale");
    const { json } = await bench.api.patch("merge", path, { spec: { replicas: 2 } });
    assert.equal(at(json, "spec.replicas"), 2);
  });
});
