import assert from "node:assert/strict";
import { at, listAt, textAt } from "../api-connection";
import { area } from "../behaviour";
import { configMap, created, virtualService, VS } from "../objects";

const as = (kind: string) => `application/json;as=${kind};v=v1;g=meta.k8s.io`;
const PROTOBUF = "application/vnd.kubernetes.protobuf";

const ENCODINGS = ["application/json", "application/yaml", PROTOBUF];
const representations = (types: readonly string[]): string =>
  `406: Not Acceptable\n\nAvailable representations: ${types.join(", ")}`;

export const negotiation = area("accept", (it) => {
  for (const accept of ["*/*", "*/*;q=0.1", "text/html, */*;q=0.5"]) {
    it(`${accept} is answered in JSON`, async (bench) => {
      const { status, headers } = await bench.api.get(bench.path("configmaps"), { accept });
      assert.equal(status, 200);
      assert.equal(headers["content-type"], "application/json");
    });
  }
  it("the type of the highest quality is taken", async (bench) => {
    const typeOf = async (accept: string) =>
      (await bench.api.get(bench.path("configmaps"), { accept })).headers["content-type"];
    assert.equal(
      await typeOf("application/yaml;q=0.5, application/json;q=0.9"),
      "application/json",
    );
    assert.equal(
      await typeOf("application/json;q=0.5, application/yaml;q=0.9"),
      "application/yaml",
    );
  });
  for (const accept of ["text/html", "application/*"]) {
    it(`${accept} is 406 for a built-in kind, naming what can be had`, async (bench) => {
      const list = await bench.api.get(bench.path("configmaps"), { accept });
      assert.equal(list.status, 406);
      assert.equal(list.json.reason, "NotAcceptable");
      const streams = ["application/json", PROTOBUF].map((type) => `${type};stream=watch`);
      assert.equal(list.json.message, representations([...ENCODINGS, ...streams]));
      const one = await bench.api.get(bench.path("configmaps", "x"), { accept });
      assert.equal(one.json.message, representations(ENCODINGS));
    });
  }
  it("application/* is answered in JSON for a custom resource", async (bench) => {
    const { status, headers } = await bench.api.get(bench.path(VS), { accept: "application/*" });
    assert.equal(status, 200);
    assert.equal(headers["content-type"], "application/json");
  });
  it("what nobody can give is 406 for a custom resource, naming what can be had", async (bench) => {
    const { status, json } = await bench.api.get(bench.path(VS), { accept: "text/html" });
    assert.equal(status, 406);
    assert.equal(
      json.message,
      `only the following media types are accepted: application/json, application/yaml, ${PROTOBUF}`,
    );
  });
  it("protobuf alone is 406 for a custom resource", async (bench) => {
    const { status } = await bench.api.get(bench.path(VS), { accept: PROTOBUF });
    assert.equal(status, 406);
  });
  it("protobuf alone is answered for a built-in kind", async (bench) => {
    const { status, headers } = await bench.api.get(bench.path("configmaps"), { accept: PROTOBUF });
    assert.equal(status, 200);
    assert.equal(headers["content-type"], PROTOBUF);
  });
  it("protobuf or JSON is answered for a custom resource in JSON", async (bench) => {
    const accept = `${PROTOBUF},application/json`;
    const { status, headers } = await bench.api.get(bench.path(VS), { accept });
    assert.equal(status, 200);
    assert.equal(headers["content-type"], "application/json");
  });
  it("lists come as metadata alone", async (bench) => {
    const name = bench.name();
    await created(bench, VS, virtualService(name));
    const { json } = await bench.api.get(`${bench.path(VS)}?limit=1`, {
      accept: as("PartialObjectMetadataList"),
    });
    assert.equal(json.kind, "PartialObjectMetadataList");
    assert.equal(json.apiVersion, "meta.k8s.io/v1");
    assert.notEqual(textAt(json, "metadata.resourceVersion"), "");
    const [item] = listAt(json, "items");
    assert.deepEqual(Object.keys(item ?? {}).sort(), ["apiVersion", "kind", "metadata"]);
    assert.equal(item?.kind, "PartialObjectMetadata");
  });
  it("an object comes as metadata alone", async (bench) => {
    const name = bench.name();
    await created(bench, "configmaps", configMap(name));
    const { json } = await bench.api.get(bench.path("configmaps", name), {
      accept: as("PartialObjectMetadata"),
    });
    assert.equal(json.kind, "PartialObjectMetadata");
    assert.equal(json.data, undefined);
    assert.equal(at(json, "metadata.name"), name);
  });
  it("metadata of a list is not that of an object, nor the other way round", async (bench) => {
    const name = bench.name();
    await created(bench, VS, virtualService(name));
    const asked = async (path: string, kind: string) => {
      const { status, json } = await bench.api.get(path, { accept: as(kind) });
      return [status, json.message];
    };
    assert.deepEqual(await asked(bench.path(VS), "PartialObjectMetadata"), [
      406,
      "you requested PartialObjectMetadata, but the requested object is a list (*unstructured.UnstructuredList)",
    ]);
    assert.deepEqual(await asked(bench.path("configmaps"), "PartialObjectMetadata"), [
      406,
      "you requested PartialObjectMetadata, but the requested object is a list (*core.ConfigMapList)",
    ]);
    assert.deepEqual(
      await asked(`/api/v1/namespaces/${bench.namespace}`, "PartialObjectMetadataList"),
      [
        406,
        "you requested PartialObjectMetadataList, but the requested object is not a list (*core.Namespace)",
      ],
    );
    assert.deepEqual(await asked(bench.path(VS, name), "PartialObjectMetadataList"), [
      500,
      "content is not a list",
    ]);
  });
});
