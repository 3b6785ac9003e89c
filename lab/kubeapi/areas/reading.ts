import assert from "node:assert/strict";
import { at, listAt, textAt } from "../api-connection";
import { area } from "../behaviour";
import { configMap, created, virtualService, VS } from "../objects";

const AGGREGATED =
  "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";
const TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";

export const discovery = area("discovery", (it) => {
  it("/version names a version with major and minor", async ({ api }) => {
    const { json } = await api.get("/version");
    assert.match(textAt(json, "gitVersion"), /^v1\.\d+\.\d+/);
    assert.match(textAt(json, "major"), /^1$/);
  });
  it("/api lists v1 for a plain client", async ({ api }) => {
    const { json } = await api.get("/api");
    assert.equal(json.kind, "APIVersions");
    assert.deepEqual(json.versions, ["v1"]);
  });
  it("/apis lists groups with a preferred version", async ({ api }) => {
    const { json } = await api.get("/apis");
    assert.equal(json.kind, "APIGroupList");
    const group = listAt(json, "groups").find(({ name }) => name === "networking.istio.io");
    assert.equal(at(group, "preferredVersion.groupVersion"), "networking.istio.io/v1");
  });
  it("/apis answers aggregated discovery to who accepts it", async ({ api }) => {
    const answer = await api.get("/apis", { accept: AGGREGATED });
    assert.equal(answer.json.kind, "APIGroupDiscoveryList");
    assert.match(String(answer.headers["content-type"]), /as=APIGroupDiscoveryList/);
    const group = listAt(answer.json, "items").find(
      (item) => at(item, "metadata.name") === "networking.istio.io",
    );
    const [version] = listAt(group, "versions");
    assert.equal(version?.version, "v1");
    assert.ok(listAt(version, "resources").some(({ resource }) => resource === "virtualservices"));
  });
  it("/api answers aggregated discovery of the core group", async ({ api }) => {
    const { json } = await api.get("/api", { accept: AGGREGATED });
    const resources = listAt(listAt(listAt(json, "items")[0], "versions")[0], "resources");
    const pods = resources.find(({ resource }) => resource === "pods");
    assert.equal(pods?.scope, "Namespaced");
    assert.ok(listAt(pods, "subresources").some(({ subresource }) => subresource === "log"));
  });
  it("a group version lists its resources with verbs, short names and subresources", async ({
    api,
  }) => {
    const { json } = await api.get("/apis/networking.istio.io/v1");
    assert.equal(json.kind, "APIResourceList");
    const resource = listAt(json, "resources").find(({ name }) => name === "virtualservices");
    assert.deepEqual(resource?.shortNames, ["vs"]);
    assert.ok((resource?.verbs as string[]).includes("watch"));
    assert.ok(listAt(json, "resources").some(({ name }) => name === "virtualservices/status"));
  });
  it("an unknown group is 404", async ({ api }) => {
    assert.equal((await api.get("/apis/no.such.group/v1")).status, 404);
  });
  it("every served version of a kind is discovered", async ({ api }) => {
    for (const version of ["v1", "v1beta1", "v1alpha3"]) {
      assert.equal((await api.get(`/apis/networking.istio.io/${version}`)).status, 200, version);
    }
  });
  it("/openapi/v3 names a hashed document for each group version", async ({ api }) => {
    const { json } = await api.get("/openapi/v3");
    const url = textAt(
      (json.paths as Record<string, unknown>)["apis/networking.istio.io/v1"],
      "serverRelativeURL",
    );
    assert.match(url, /^\/openapi\/v3\/apis\/networking\.istio\.io\/v1\?hash=/);
  });
  it("the OpenAPI document of a custom kind has its schema and a patch that validates fields", async ({
    api,
  }) => {
    const index = await api.get("/openapi/v3");
    const paths = index.json.paths as Record<string, unknown>;
    const { json } = await api.get(
      textAt(paths["apis/networking.istio.io/v1"], "serverRelativeURL"),
    );
    const schemas = at(json, "components.schemas") as Record<string, unknown>;
    const schema = Object.values(schemas).find((candidate) =>
      listAt(candidate, "x-kubernetes-group-version-kind").some(
        ({ kind }) => kind === "VirtualService",
      ),
    );
    assert.ok(at(schema, "properties.spec.properties.http"), "spec.http is described");
    const path = (json.paths as Record<string, unknown>)[
      "/apis/networking.istio.io/v1/namespaces/{namespace}/virtualservices/{name}"
    ];
    assert.ok(listAt(path, "patch.parameters").some(({ name }) => name === "fieldValidation"));
  });
});

export const lists = area("lists", (it) => {
  it("an empty list has kind, resourceVersion and no items", async (bench) => {
    const { json } = await bench.api.get(bench.path(VS));
    assert.equal(json.kind, "VirtualServiceList");
    assert.equal(json.apiVersion, "networking.istio.io/v1");
    assert.notEqual(textAt(json, "metadata.resourceVersion"), "");
    assert.deepEqual(json.items, []);
  });
  it("limit pages with a continue token and the count of what remains", async (bench) => {
    for (let i = 0; i < 3; i += 1)
      await created(bench, "configmaps", configMap(`page-${i}`, {}, { labels: { page: "yes" } }));
    const all = listAt((await bench.api.get(bench.path("configmaps"))).json, "items").length;
    const first = await bench.api.get(`${bench.path("configmaps")}?limit=1`);
    assert.equal(listAt(first.json, "items").length, 1);
    assert.equal(at(first.json, "metadata.remainingItemCount"), all - 1);
    const token = textAt(first.json, "metadata.continue");
    assert.notEqual(token, "");
    const second = await bench.api.get(
      `${bench.path("configmaps")}?limit=1&continue=${encodeURIComponent(token)}`,
    );
    assert.equal(listAt(second.json, "items").length, 1);
    assert.notDeepEqual(listAt(second.json, "items"), listAt(first.json, "items"));
  });
  it("pages are of one snapshot: a later object is not in them", async (bench) => {
    await created(bench, "configmaps", configMap(`${bench.name()}-a`));
    const first = await bench.api.get(`${bench.path("configmaps")}?limit=1`);
    const late = `zzz-${bench.name()}`;
    await created(bench, "configmaps", configMap(late));
    const token = encodeURIComponent(textAt(first.json, "metadata.continue"));
    const rest = await bench.api.get(`${bench.path("configmaps")}?continue=${token}`);
    assert.ok(!listAt(rest.json, "items").some((item) => at(item, "metadata.name") === late));
    assert.equal(
      at(rest.json, "metadata.resourceVersion"),
      at(first.json, "metadata.resourceVersion"),
    );
  });
  it("the count of what remains is left out under a label selector", async (bench) => {
    const { json } = await bench.api.get(
      `${bench.path("configmaps")}?limit=1&labelSelector=page%3Dyes`,
    );
    assert.notEqual(textAt(json, "metadata.continue"), "");
    assert.equal(at(json, "metadata.remainingItemCount"), undefined);
  });
  it("a made-up continue token is 400", async (bench) => {
    assert.equal(
      (await bench.api.get(`${bench.path("configmaps")}?continue=nonsense`)).status,
      400,
    );
  });
  const labelled = async (bench: Parameters<Parameters<typeof it>[1]>[0], selector: string) => {
    const { status, json } = await bench.api.get(
      `${bench.path("secrets")}?labelSelector=${encodeURIComponent(selector)}`,
    );
    return { status, names: listAt(json, "items").map((item) => textAt(item, "metadata.name")) };
  };
  it("label selectors know =, !=, in, notin, exists and not exists", async (bench) => {
    const secret = (name: string, labels: Record<string, string>) => ({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name, labels },
    });
    await created(bench, "secrets", secret("a", { tier: "web", env: "dev" }));
    await created(bench, "secrets", secret("b", { tier: "db" }));
    await created(bench, "secrets", secret("c", {}));
    for (const [selector, expected] of [
      ["tier=web", ["a"]],
      ["tier==db", ["b"]],
      ["tier!=web", ["b", "c"]],
      ["tier in (web,db)", ["a", "b"]],
      ["tier notin (web)", ["b", "c"]],
      ["env", ["a"]],
      ["!env", ["b", "c"]],
      ["tier=web,env=dev", ["a"]],
      ["tier=web,env=prod", []],
    ] as const) {
      assert.deepEqual((await labelled(bench, selector)).names, expected, selector);
    }
  });
  it("a label selector that does not parse is 400", async (bench) => {
    assert.equal((await labelled(bench, "tier in (web")).status, 400);
  });
  it("metadata.name selects a single object of any kind", async (bench) => {
    const { json } = await bench.api.get(
      `${bench.path("secrets")}?fieldSelector=metadata.name%3Da`,
    );
    assert.deepEqual(
      listAt(json, "items").map((item) => at(item, "metadata.name")),
      ["a"],
    );
  });
  it("an unknown field selector is 400 and says so", async (bench) => {
    const { status, json } = await bench.api.get(
      `${bench.path("secrets")}?fieldSelector=spec.nonsense%3D1`,
    );
    assert.equal(status, 400);
    assert.match(textAt(json, "message"), /field label not supported/);
  });
  it("a list over all namespaces holds objects of each", async (bench) => {
    const name = bench.name();
    await created(bench, VS, virtualService(name));
    const { json } = await bench.api.get("/apis/networking.istio.io/v1/virtualservices");
    assert.ok(listAt(json, "items").some((item) => at(item, "metadata.name") === name));
  });
  it("all served versions list the same objects in their own apiVersion", async (bench) => {
    const name = bench.name();
    await created(bench, VS, virtualService(name));
    const { json } = await bench.api.get(
      bench.path("networking.istio.io/v1beta1/virtualservices", name),
    );
    assert.equal(json.apiVersion, "networking.istio.io/v1beta1");
    assert.equal(at(json, "metadata.name"), name);
  });
  it("a resource version from the future is refused or times out", async (bench) => {
    const { status } = await bench.api.get(
      `${bench.path("configmaps")}?resourceVersion=99999999999&resourceVersionMatch=NotOlderThan`,
    );
    assert.equal(status, 504);
  });
  it("resourceVersionMatch without a resourceVersion is refused", async (bench) => {
    const { status } = await bench.api.get(
      `${bench.path("configmaps")}?resourceVersionMatch=Exact`,
    );
    assert.ok(status === 400 || status === 422, String(status));
  });
  it("getting what is not there is a Status 404 with details", async (bench) => {
    const { status, json } = await bench.api.get(bench.path(VS, "nope"));
    assert.equal(status, 404);
    assert.equal(json.kind, "Status");
    assert.equal(json.reason, "NotFound");
    assert.equal(json.message, 'virtualservices.networking.istio.io "nope" not found');
    assert.deepEqual(json.details, {
      name: "nope",
      group: "networking.istio.io",
      kind: "virtualservices",
    });
  });
  it("an unknown resource is 404", async ({ api }) => {
    assert.equal((await api.get("/api/v1/unheards")).status, 404);
  });
  it("a verb that the path does not know is 405", async ({ api }) => {
    assert.equal((await api.post("/api/v1/namespaces/default", {})).status, 405);
  });
});

export const tables = area("tables", (it) => {
  it("a list is a Table for who asks for one", async (bench) => {
    await created(bench, VS, virtualService(bench.name()));
    const { json } = await bench.api.get(bench.path(VS), { accept: TABLE });
    assert.equal(json.kind, "Table");
    assert.deepEqual(
      listAt(json, "columnDefinitions").map(({ name }) => name),
      ["Name", "Gateways", "Hosts", "Age"],
    );
    assert.equal(at(listAt(json, "rows")[0], "object.kind"), "PartialObjectMetadata");
  });
  it("a single object is a Table of one row", async (bench) => {
    const name = bench.name();
    await created(bench, "configmaps", configMap(name));
    const { json } = await bench.api.get(bench.path("configmaps", name), { accept: TABLE });
    assert.equal(json.kind, "Table");
    assert.equal(listAt(json, "rows").length, 1);
    assert.deepEqual((at(listAt(json, "rows")[0], "cells") as unknown[]).slice(0, 2), [name, 1]);
  });
  it("includeObject=Object puts the whole object in each row", async (bench) => {
    const { json } = await bench.api.get(`${bench.path("configmaps")}?includeObject=Object`, {
      accept: TABLE,
    });
    assert.equal(at(listAt(json, "rows")[0], "object.kind"), "ConfigMap");
  });
  it("a watch yields Tables too", async (bench) => {
    const { events } = await bench.api.watch(
      `${bench.path("configmaps")}?watch=true`,
      (seen) => seen.length > 0,
    );
    assert.equal(events[0]?.type, "ADDED");
  });
  it("pods have the columns that kubectl prints, wide ones with priority 1", async (bench) => {
    const { json } = await bench.api.get(bench.path("pods"), { accept: TABLE });
    const columns = listAt(json, "columnDefinitions");
    assert.deepEqual(
      columns.slice(0, 5).map(({ name }) => name),
      ["Name", "Ready", "Status", "Restarts", "Age"],
    );
    assert.ok(columns.some(({ name, priority }) => name === "Node" && priority === 1));
  });
  it("an Accept that nothing meets is 406", async (bench) => {
    assert.equal(
      (await bench.api.get(bench.path("configmaps"), { accept: "image/png" })).status,
      406,
    );
  });
});
