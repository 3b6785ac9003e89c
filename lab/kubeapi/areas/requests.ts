import assert from "node:assert/strict";
import { at, type Json, listAt, textAt } from "../api-connection";
import { area, type Bench } from "../behaviour";
import { configMap, created, virtualService, VS } from "../objects";

/** A request, what it is answered with, and what the answer's message says. */
type Case = readonly [title: string, query: string, status: number, words?: RegExp];

export const listParameters = area("list parameters", (it) => {
  const cases: readonly Case[] = [
    ["a limit below zero is none", "limit=-1", 200],
    ["a limit that is no number", "limit=abc", 400, /strconv\.ParseInt: parsing "abc"/],
    ["a timeout that is no number", "timeoutSeconds=abc", 400, /strconv\.ParseInt/],
    ["a version that is no number", "resourceVersion=abc", 400, /invalid resource version/],
    ["a version below zero", "resourceVersion=-1", 400, /invalid resource version/],
    ["sendInitialEvents is for watches", "sendInitialEvents=true", 422, /forbidden for list/],
    ["an unknown parameter is passed over", "nonsense=1", 200],
    ["watch=false is a list", "watch=false", 200],
    ["a broken field selector", "fieldSelector=a", 400],
    ["a label key that is none", "labelSelector=-a", 400],
  ];
  for (const [title, query, status, words] of cases) {
    it(title, async (bench) => {
      const answer = await bench.api.get(`${bench.path("configmaps")}?${query}`);
      assert.equal(answer.status, status, answer.text.slice(0, 200));
      if (words) assert.match(textAt(answer.json, "message"), words);
    });
  }
  it("any other word for watch means yes", async (bench) => {
    const path = `${bench.path("configmaps")}?watch=maybe&timeoutSeconds=1`;
    const { status, ended } = await bench.api.watch(path, () => false, { patienceMs: 6_000 });
    assert.deepEqual([status, ended], [200, true]);
  });
  it("a watch waits for a version that is still to come", async (bench) => {
    const path = `${bench.path("configmaps")}?watch=true&resourceVersion=99999999&timeoutSeconds=1`;
    const { status, events } = await bench.api.watch(path, () => false, { patienceMs: 6_000 });
    assert.deepEqual([status, events], [200, []]);
  });
});

export const strangePaths = area("paths", (it) => {
  it("outside of all groups are answered in plain text", async ({ api }) => {
    for (const path of ["/nonsense", "/apis/no.such.group/v1/things"]) {
      const { status, text, headers } = await api.get(path);
      assert.deepEqual([status, text], [404, "404 page not found\n"], path);
      assert.match(String(headers["content-type"]), /^text\/plain/);
    }
  });
  it("that do not decode are 400", async (bench) => {
    assert.equal((await bench.api.get(`${bench.path("configmaps")}/%zz`)).status, 400);
  });
  it("know no HEAD", async (bench) => {
    assert.equal((await bench.api.send("HEAD", bench.path("configmaps"))).status, 405);
  });
  it("of all namespaces take no new object", async ({ api }) => {
    assert.equal((await api.post("/api/v1/configmaps", configMap("x"))).status, 405);
  });
  it("of the namespaces of every cluster are not deleted", async ({ api }) => {
    const { status, json } = await api.delete("/api/v1/namespaces/default");
    assert.equal(status, 403);
    assert.match(textAt(json, "message"), /this namespace may not be deleted/);
  });
  it("are forbidden to anonymous requests, save those of health and version", async ({ api }) => {
    for (const path of ["/version", "/readyz"]) {
      assert.equal((await api.get(path, { token: "" })).status, 200, path);
    }
    const { status, json } = await api.get("/api/v1/pods", { token: "" });
    assert.equal(status, 403);
    assert.match(textAt(json, "message"), /User "system:anonymous" cannot list resource "pods"/);
  });
  it("are answered in YAML to who asks for it", async (bench) => {
    const { text, headers } = await bench.api.get("/api/v1/namespaces/default", {
      accept: "application/yaml",
    });
    assert.equal(headers["content-type"], "application/yaml");
    assert.match(text, /^kind: Namespace$/m);
  });
});

const post = (bench: Bench, resource: string, body: unknown) =>
  bench.api.post(bench.path(resource), body);
const service = (name: string, spec: Json): Json => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name },
  spec,
});

export const builtinRules = area("rules of built-in kinds", (it) => {
  const refused = (
    title: string,
    resource: string,
    make: (name: string) => Json,
    [status, words]: readonly [number, RegExp],
  ) =>
    it(title, async (bench) => {
      const answer = await post(bench, resource, make(bench.name()));
      assert.equal(answer.status, status, answer.text.slice(0, 300));
      assert.match(textAt(answer.json, "message"), words);
    });
  const cm = "configmaps";
  refused("a key of a ConfigMap", cm, (n) => configMap(n, { "a b": "" }), [
    422,
    /a valid config key/,
  ]);
  refused("a number where a text belongs", cm, (n) => configMap(n, { a: 1 }), [
    400,
    /cannot unmarshal number into Go struct field ConfigMap\.data of type string/,
  ]);
  refused("a finalizer without a domain", cm, (n) => configMap(n, {}, { finalizers: ["hold"] }), [
    422,
    /neither a standard finalizer name nor is it fully qualified/,
  ]);
  refused("more than a mebibyte", cm, (n) => configMap(n, { a: "x".repeat(1_100_000) }), [
    422,
    /Too long: may not be more than 1048576 bytes/,
  ]);
  const secret = (name: string): Json => ({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name },
    data: { a: "***" },
  });
  refused("a secret that is no base64", "secrets", secret, [400, /illegal base64 data/]);
  refused("a Service without ports", "services", (n) => service(n, {}), [
    422,
    /spec\.ports: Required/,
  ]);
  refused("a port out of range", "services", (n) => service(n, { ports: [{ port: 0 }] }), [
    422,
    /must be between 1 and 65535, inclusive/,
  ]);
  refused(
    "several ports without names",
    "services",
    (n) => service(n, { ports: [{ port: 80 }, { port: 81 }] }),
    [422, /spec\.ports\[0\]\.name: Required value/],
  );
  refused("an alias without a name", "services", (n) => service(n, { type: "ExternalName" }), [
    422,
    /spec\.externalName: Required value/,
  ]);
  it("what is immutable stays so", async (bench) => {
    const name = bench.name();
    await created(bench, "configmaps", { ...configMap(name), immutable: true });
    const change = { data: { key: "other" } };
    const { status, json } = await bench.api.patch("merge", bench.path("configmaps", name), change);
    assert.equal(status, 422);
    assert.match(textAt(json, "message"), /field is immutable when `immutable` is set/);
  });
});

export const finerWrites = area("writes in detail", (it) => {
  it("a patch may not change the uid", async (bench) => {
    const name = bench.name();
    await created(bench, "configmaps", configMap(name));
    const patch = { metadata: { uid: "other" } };
    const { status } = await bench.api.patch("merge", bench.path("configmaps", name), patch);
    assert.equal(status, 422);
  });
  it("a patch may not make another kind", async (bench) => {
    const name = bench.name();
    await created(bench, "configmaps", configMap(name));
    const path = bench.path("configmaps", name);
    assert.equal((await bench.api.patch("merge", path, { kind: "Foo" })).status, 422);
  });
  it("an operation that JSON Patch does not know is 422", async (bench) => {
    const name = bench.name();
    await created(bench, "configmaps", configMap(name));
    const path = bench.path("configmaps", name);
    assert.equal((await bench.api.patch("json", path, [{ op: "foo", path: "/data" }])).status, 422);
  });
  it("applied fields must be declared", async (bench) => {
    const name = bench.name();
    const path = `${bench.path(VS, name)}?fieldManager=suite`;
    const object = virtualService(name, { htp: [] });
    const { status, json } = await bench.api.patch("apply", path, object);
    assert.equal(status, 500);
    assert.match(textAt(json, "message"), /\.spec\.htp: field not declared in schema/);
  });
  it("what is applied says its kind", async (bench) => {
    const name = bench.name();
    const path = `${bench.path("configmaps", name)}?fieldManager=suite`;
    const { status, json } = await bench.api.patch("apply", path, { metadata: { name } });
    assert.equal(status, 400);
    assert.match(textAt(json, "message"), /invalid object type/);
  });
  it("a manager's name can be seen", async (bench) => {
    const path = `${bench.path("configmaps")}?fieldManager=a%0Ab`;
    const { status, json } = await bench.api.post(path, configMap(bench.name()));
    assert.equal(status, 422);
    assert.match(textAt(json, "message"), /invalid character U\+000A/);
  });
  it("options of a deletion are decoded, and do not contradict each other", async (bench) => {
    const name = bench.name();
    await created(bench, "configmaps", configMap(name));
    const path = bench.path("configmaps", name);
    assert.equal((await bench.api.delete(path, { kind: "Foo" })).status, 400);
    assert.equal((await bench.api.delete(path, { gracePeriodSeconds: "x" })).status, 400);
    const both = { orphanDependents: true, propagationPolicy: "Orphan" };
    assert.equal((await bench.api.delete(path, both)).status, 422);
  });
  it("PUT with a version that is none is 500", async (bench) => {
    const name = bench.name();
    await created(bench, "configmaps", configMap(name));
    const wrong = configMap(name, {}, { resourceVersion: "abc" });
    const { status, json } = await bench.api.put(bench.path("configmaps", name), wrong);
    assert.equal(status, 500);
    assert.match(textAt(json, "message"), /strconv\.ParseUint/);
  });
});

export const roleRules = area("rules of roles", (it) => {
  const RBAC = "rbac.authorization.k8s.io/v1";
  const role = (name: string, rules: readonly Json[]): Json => ({
    apiVersion: RBAC,
    kind: "Role",
    metadata: { name },
    rules,
  });
  it("a rule names verbs, groups and resources", async (bench) => {
    const { status, json } = await post(
      bench,
      `${RBAC}/roles`,
      role(bench.name(), [{ verbs: [] }]),
    );
    assert.equal(status, 422);
    assert.deepEqual(
      listAt(json, "details.causes").map(({ field }) => field),
      ["rules[0].verbs", "rules[0].apiGroups", "rules[0].resources"],
    );
  });
  it("a binding keeps its role", async (bench) => {
    const name = bench.name();
    const stored = await created(bench, `${RBAC}/rolebindings`, {
      apiVersion: RBAC,
      kind: "RoleBinding",
      metadata: { name },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "a" },
      subjects: [{ kind: "User", name: "u" }],
    });
    assert.equal(at(listAt(stored, "subjects")[0], "apiGroup"), "rbac.authorization.k8s.io");
    const path = bench.path(`${RBAC}/rolebindings`, name);
    const { status, json } = await bench.api.patch("merge", path, { roleRef: { name: "b" } });
    assert.equal(status, 422);
    assert.match(textAt(json, "message"), /cannot change roleRef/);
  });
  it("a token lives ten minutes at least", async (bench) => {
    const name = bench.name();
    const account = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name } };
    await created(bench, "serviceaccounts", account);
    const { status, json } = await bench.api.post(`${bench.path("serviceaccounts", name)}/token`, {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      spec: { expirationSeconds: 60 },
    });
    assert.equal(status, 422);
    assert.match(textAt(json, "message"), /less than 10 minutes/);
  });
  it("a rules review wants a namespace", async ({ api }) => {
    const { status } = await api.post("/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SelfSubjectRulesReview",
      spec: {},
    });
    assert.equal(status, 400);
  });
});
