import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestApi } from "./testing";

const SERVICES = "/api/v1/namespaces/bookinfo/services";
const MERGE = "application/merge-patch+json";

let api: TestApi;
beforeAll(async () => {
  api = await TestApi.start();
});
afterAll(() => api.close());

const create = (name: string, spec: object) =>
  api.send("POST", SERVICES, {
    body: {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name },
      spec: { ports: [{ port: 80 }], selector: { app: name }, ...spec },
    },
  });

describe("cluster IPs", () => {
  it("are given to those who ask for none, each its own", async () => {
    const [a, b] = [await create("a", {}), await create("b", {})];
    expect(a.body.spec).toMatchObject({
      type: "ClusterIP",
      clusterIP: "10.96.1.1",
      clusterIPs: ["10.96.1.1"],
      ipFamilies: ["IPv4"],
      ipFamilyPolicy: "SingleStack",
      internalTrafficPolicy: "Cluster",
      ports: [{ port: 80, targetPort: 80, protocol: "TCP" }],
    });
    expect(b.body.spec).toMatchObject({ clusterIP: "10.96.1.2" });
  });

  it("are kept by a replacement that does not name them", async () => {
    const { body } = await create("kept", {});
    const before = body.spec as { clusterIP: string };
    const put = await api.send("PUT", `${SERVICES}/kept`, {
      body: {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "kept" },
        spec: { ports: [{ port: 81 }] },
      },
    });
    expect(put.body.spec).toMatchObject({ clusterIP: before.clusterIP, ports: [{ port: 81 }] });
  });

  it("may be chosen once, from the range, and are free again after the deletion", async () => {
    expect((await create("chosen", { clusterIP: "10.96.0.77" })).code).toBe(201);
    const taken = await create("other", { clusterIP: "10.96.0.77" });
    expect(taken.code).toBe(422);
    expect(taken.body.message).toMatch(/10\.96\.0\.77: provided IP is already allocated$/);
    const outside = await create("outside", { clusterIP: "10.97.0.1" });
    expect(outside.code).toBe(422);
    expect(outside.body.message).toMatch(/the provided network does not match the current range$/);
    await api.send("DELETE", `${SERVICES}/chosen`);
    expect((await create("other", { clusterIP: "10.96.0.77" })).code).toBe(201);
  });

  it("are not for headless Services and aliases", async () => {
    const headless = await create("headless", { clusterIP: "None" });
    expect(headless.body.spec).toMatchObject({ clusterIP: "None", clusterIPs: ["None"] });
    const alias = await create("alias", { type: "ExternalName", externalName: "example.org" });
    expect(alias.body.spec).not.toHaveProperty("clusterIP");
    expect((await create("headless-2", { clusterIP: "None" })).code).toBe(201);
  });
});

describe("what a body says twice", () => {
  const twice =
    '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"twice"},"data":{"a":"1"},"data":{"a":"2"}}';
  const path = "/api/v1/namespaces/bookinfo/configmaps";

  it("is refused, warned of or ignored", async () => {
    const strict = await api.send("POST", `${path}?fieldValidation=Strict`, { body: twice });
    expect(strict.code).toBe(400);
    expect(strict.body.message).toMatch(/strict decoding error: duplicate field "data"$/);
    const warned = await api.send("POST", `${path}?dryRun=All`, { body: twice });
    expect(warned.headers.warning).toBe('299 - "duplicate field \\"data\\""');
    const ignored = await api.send("POST", `${path}?fieldValidation=Ignore`, { body: twice });
    expect(ignored.headers.warning).toBeUndefined();
    expect(ignored.body.data).toEqual({ a: "2" });
  });

  it("is 422 in a patch, as an unknown field is", async () => {
    const patch = await api.send("PATCH", `${path}/twice?fieldValidation=Strict`, {
      type: MERGE,
      body: '{"data":{"b":"1"},"data":{"b":"2"},"dat":1}',
    });
    expect(patch.code).toBe(422);
    expect(patch.body.message).toMatch(
      /^ "" is invalid: patch: .*duplicate field "data", unknown field "dat"$/,
    );
  });
});
