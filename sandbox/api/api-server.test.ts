import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestApi } from "./testing";

const VS = "/apis/networking.istio.io/v1/namespaces/bookinfo/virtualservices";
const CM = "/api/v1/namespaces/bookinfo/configmaps";

const virtualService = (name: string, weight: unknown = 100, more: object = {}) => ({
  apiVersion: "networking.istio.io/v1",
  kind: "VirtualService",
  metadata: { name, namespace: "bookinfo", ...more },
  spec: { hosts: [name], http: [{ route: [{ destination: { host: name }, weight }] }] },
});
const configMap = (name: string, data: object, more: object = {}) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, ...more },
  data,
});

let api: TestApi;
beforeAll(async () => {
  api = await TestApi.start();
});
afterAll(() => api.close());

describe("who may ask", () => {
  it("refuses a wrong token with a Status, and takes whoever has none for anonymous", async () => {
    const wrong = { authorization: "Bearer wrong" };
    expect(await api.send("GET", "/api/v1/pods", { headers: wrong })).toMatchObject({
      code: 401,
      body: { kind: "Status", status: "Failure", reason: "Unauthorized", code: 401 },
    });
    for (const authorization of ["", "Basic eDp5"]) {
      const reply = await api.send("GET", "/api/v1/pods", { headers: { authorization } });
      expect(reply).toMatchObject({ code: 403, body: { reason: "Forbidden" } });
      expect(reply.body.message).toContain('User "system:anonymous" cannot list resource "pods"');
    }
  });

  it("refuses requests for another host name", async () => {
    const reply = await api.send("GET", "/version", { headers: { host: "evil.example" } });
    expect(reply.code).toBe(403);
  });

  it("gives an impersonated user without groups no rights, and says so as Kubernetes does", async () => {
    const headers = { "impersonate-user": "bob" };
    const reply = await api.send("GET", CM, { headers });
    expect(reply.body).toMatchObject({
      reason: "Forbidden",
      message:
        'configmaps is forbidden: User "bob" cannot list resource "configmaps" in API group "" in the namespace "bookinfo"',
    });
    const review = { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" };
    const path = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
    expect((await api.send("POST", path, { body: review, headers })).body).toMatchObject({
      status: { userInfo: { username: "bob" } },
    });
  });
});

describe("malformed requests", () => {
  it.each([
    ["/apis/nothing.example/v1/things", 404, "404 page not found\n"],
    ["/nothing", 404, "404 page not found\n"],
    ["/api/v1/%zz", 400, "400 Bad Request"],
  ])("outside of all groups are answered in plain text: %s", async (path, code, text) => {
    const reply = await api.send("GET", path);
    expect([reply.code, reply.text, reply.headers["content-type"]]).toEqual([
      code,
      text,
      "text/plain; charset=utf-8",
    ]);
  });

  it.each([
    ["GET", "/api/v1/things", undefined, 404],
    ["HEAD", CM, undefined, 405],
    ["POST", "/api/v1/configmaps", configMap("x", {}), 405],
    ["GET", "/api/v1/namespaces/bookinfo/../../v1/pods", undefined, 404],
    ["POST", `${VS}/x`, virtualService("x"), 405],
    ["PUT", VS, virtualService("x"), 405],
    ["POST", VS, "{", 400],
    ["POST", VS, "[]", 400],
    ["POST", VS, "", 400],
    ["POST", VS, { kind: "VirtualService" }, 400],
    ["POST", VS, { ...virtualService("x"), kind: "Gateway" }, 400],
    ["POST", VS, { ...virtualService("x"), metadata: { labels: { a: 1 } } }, 400],
    ["POST", VS, { ...virtualService("x"), metadata: { name: "x", namespace: "other" } }, 400],
    ["POST", VS, { ...virtualService("x"), metadata: {} }, 422],
    ["POST", VS, virtualService("X"), 422],
    ["GET", `${VS}?labelSelector=%3D%3D`, undefined, 400],
    ["GET", `${VS}?fieldSelector=spec.hosts%3Dx`, undefined, 400],
    ["GET", `${VS}?limit=many`, undefined, 400],
    ["GET", `${VS}?continue=nonsense`, undefined, 400],
    ["GET", `${VS}?resourceVersion=999999999`, undefined, 504],
    ["GET", `${VS}?watch=true&sendInitialEvents=true`, undefined, 422],
    ["POST", `${VS}?dryRun=Some`, virtualService("x"), 422],
    ["POST", `${VS}?fieldValidation=Maybe`, virtualService("x"), 422],
  ])("answers %s %s with a Status", async (method, path, body, code) => {
    const reply = await api.send(method, path, body === undefined ? {} : { body });
    expect(reply.code).toBe(code);
    if (method === "HEAD") return;
    expect(reply.body).toMatchObject({ kind: "Status", apiVersion: "v1", code });
  });

  it("refuses bodies above 3 MiB, unknown body types and unknown forms of answers", async () => {
    const body = "x".repeat(3 * 1024 * 1024 + 1);
    expect((await api.send("POST", VS, { body })).code).toBe(413);
    expect((await api.send("POST", VS, { body: "x", type: "text/csv" })).code).toBe(415);
    expect((await api.send("GET", VS, { headers: { accept: "text/html" } })).code).toBe(406);
  });
});

describe("writing", () => {
  it("creates, reads in every version, replaces under optimistic lock, deletes", async () => {
    const created = await api.send("POST", VS, { body: virtualService("life", 100) });
    expect(created).toMatchObject({ code: 201, body: { metadata: { generation: 1 } } });
    expect((await api.send("POST", VS, { body: virtualService("life") })).body).toMatchObject({
      reason: "AlreadyExists",
      message: 'virtualservices.networking.istio.io "life" already exists',
    });
    const beta = await api.send("GET", `${VS.replace("/v1/", "/v1beta1/")}/life`);
    expect(beta.body).toMatchObject({ apiVersion: "networking.istio.io/v1beta1" });

    const { resourceVersion } = created.body.metadata as { resourceVersion: string };
    const next = virtualService("life", 90, { resourceVersion });
    const put = await api.send("PUT", `${VS}/life`, { body: next });
    expect(put).toMatchObject({ code: 200, body: { metadata: { generation: 2 } } });
    expect((await api.send("PUT", `${VS}/life`, { body: next })).body).toMatchObject({
      code: 409,
      reason: "Conflict",
      details: { name: "life", group: "networking.istio.io", kind: "virtualservices" },
    });
    const blind = await api.send("PUT", `${VS}/life`, { body: virtualService("life", 80) });
    expect(blind.body).toMatchObject({ code: 422, reason: "Invalid" });
    expect(await api.send("DELETE", `${VS}/life`)).toMatchObject({
      code: 200,
      body: { kind: "Status", status: "Success", details: { name: "life" } },
    });
    expect((await api.send("GET", `${VS}/life`)).body).toMatchObject({
      code: 404,
      message: 'virtualservices.networking.istio.io "life" not found',
    });
  });

  it("tells the fields that break the schema", async () => {
    const reply = await api.send("POST", VS, { body: virtualService("bad", "many") });
    expect(reply.body).toMatchObject({
      code: 422,
      details: {
        causes: [
          {
            reason: "FieldValueTypeInvalid",
            field: "spec.http[0].route[0].weight",
            message:
              'Invalid value: "string": spec.http[0].route[0].weight in body must be of type integer: "string"',
          },
          { field: "<nil>" },
        ],
      },
    });
  });

  it("handles unknown fields as fieldValidation asks", async () => {
    const { spec } = virtualService("odd");
    const body = { ...virtualService("odd"), spec: { ...spec, hostss: [] } };
    const strict = await api.send("POST", `${VS}?fieldValidation=Strict&dryRun=All`, { body });
    expect(strict.body).toMatchObject({
      code: 400,
      message:
        'VirtualService in version "v1" cannot be handled as a VirtualService: strict decoding error: unknown field "spec.hostss"',
    });
    const warned = await api.send("POST", `${VS}?dryRun=All`, { body });
    expect(warned.headers.warning).toBe('299 - "unknown field \\"spec.hostss\\""');
    expect(warned.body.spec).toEqual(spec);
    const ignored = await api.send("POST", `${VS}?dryRun=All&fieldValidation=Ignore`, { body });
    expect(ignored).toMatchObject({ code: 201 });
    expect(ignored.headers.warning).toBeUndefined();
  });

  it("stores nothing on a dry run", async () => {
    const before = api.cluster.objects.storage.version;
    await api.send("POST", `${CM}?dryRun=All`, { body: configMap("dry", {}) });
    expect((await api.send("GET", `${CM}/dry`)).code).toBe(404);
    expect(api.cluster.objects.storage.version).toBe(before);
  });

  it("leaves the version alone when an update changes nothing", async () => {
    const patch = { data: { a: "1" } };
    await api.send("POST", CM, { body: configMap("same", { a: "1" }) });
    const send = () =>
      api.send("PATCH", `${CM}/same`, { body: patch, type: "application/merge-patch+json" });
    await send();
    const { version } = api.cluster.objects.storage;
    await send();
    expect(api.cluster.objects.storage.version).toBe(version);
  });

  it("answers a failed test of a JSON patch with 422 and changes nothing", async () => {
    await api.send("POST", CM, { body: configMap("tested", { a: "1" }) });
    const patch = (value: string) => ({
      body: [
        { op: "test", path: "/data/a", value },
        { op: "replace", path: "/data/a", value: "2" },
      ],
      type: "application/json-patch+json",
    });
    expect((await api.send("PATCH", `${CM}/tested`, patch("9"))).code).toBe(422);
    expect((await api.send("PATCH", `${CM}/tested`, patch("1"))).body.data).toEqual({ a: "2" });
    const stale = { metadata: { resourceVersion: "1" } };
    const type = "application/merge-patch+json";
    expect((await api.send("PATCH", `${CM}/tested`, { body: stale, type })).code).toBe(409);
  });

  it("keeps spec and status apart", async () => {
    const body = { ...virtualService("parts"), status: { observedGeneration: 7 } };
    const created = await api.send("POST", VS, { body });
    expect(created.body.status).toBeUndefined();
    const type = "application/merge-patch+json";
    const patch = { spec: { hosts: ["other"] }, status: { observedGeneration: 1 } };
    const updated = await api.send("PATCH", `${VS}/parts/status`, { body: patch, type });
    expect(updated.body).toMatchObject({
      metadata: { generation: 1 },
      spec: { hosts: ["parts"] },
      status: { observedGeneration: 1 },
    });
  });

  it("holds a deletion until the last finalizer is gone", async () => {
    const finalizers = ["example.com/hold"];
    await api.send("POST", CM, { body: configMap("held", {}, { finalizers }) });
    const deleted = await api.send("DELETE", `${CM}/held`);
    expect(deleted.body.metadata).toMatchObject({ deletionTimestamp: "2026-01-01T00:00:00Z" });
    const type = "application/merge-patch+json";
    const held = { finalizers: ["hold"] };
    const plain = await api.send("POST", `${CM}?dryRun=All`, {
      body: configMap("plain", {}, held),
    });
    expect(plain.body.message).toContain(
      "neither a standard finalizer name nor is it fully qualified",
    );
    const warned = await api.send("POST", `${VS}?dryRun=All`, {
      body: virtualService("p", 1, held),
    });
    expect(warned.headers.warning).toContain("prefer a domain-qualified finalizer name");
    const more = { metadata: { finalizers: [...finalizers, "example.com/more"] } };
    expect((await api.send("PATCH", `${CM}/held`, { body: more, type })).code).toBe(422);
    await api.send("PATCH", `${CM}/held`, { body: { metadata: { finalizers: null } }, type });
    expect((await api.send("GET", `${CM}/held`)).code).toBe(404);
  });

  it("deletes under preconditions only", async () => {
    await api.send("POST", CM, { body: configMap("pre", {}) });
    const body = { preconditions: { uid: "other" } };
    expect((await api.send("DELETE", `${CM}/pre`, { body })).code).toBe(409);
    expect((await api.send("DELETE", `${CM}/pre`)).code).toBe(200);
  });

  it("makes names up, five letters long", async () => {
    const body = configMap("", {}, { name: undefined, generateName: "made-" });
    const reply = await api.send("POST", CM, { body });
    expect(reply.body.metadata).toMatchObject({
      name: expect.stringMatching(/^made-[bcdfghjklmnpqrstvwxz2456789]{5}$/) as string,
    });
  });

  it("serves a kind from the moment that its definition is stored", async () => {
    const definition = {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: "boats.example.com" },
      spec: {
        group: "example.com",
        scope: "Namespaced",
        names: { plural: "boats", kind: "Boat" },
        versions: [
          {
            name: "v1",
            served: true,
            storage: true,
            schema: {
              openAPIV3Schema: {
                type: "object",
                properties: {
                  spec: {
                    type: "object",
                    properties: {
                      masts: { type: "integer", default: 1 },
                    },
                    "x-kubernetes-validations": [{ rule: "self.masts < 6", message: "too many" }],
                  },
                },
              },
            },
          },
        ],
      },
    };
    const boats = "/apis/example.com/v1/namespaces/bookinfo/boats";
    expect((await api.send("GET", boats)).code).toBe(404);
    const crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    expect((await api.send("POST", crds, { body: definition })).code).toBe(201);
    const boat = (spec: object) => ({
      body: { apiVersion: "example.com/v1", kind: "Boat", metadata: { name: "b" }, spec },
    });
    expect((await api.send("POST", boats, boat({ masts: 7 }))).body).toMatchObject({
      code: 422,
      message: 'Boat.example.com "b" is invalid: spec: Invalid value: too many',
    });
    expect((await api.send("POST", boats, boat({}))).body.spec).toEqual({ masts: 1 });
    expect((await api.send("GET", "/openapi/v3/apis/example.com/v1")).text).toContain('"masts"');
  });
});
