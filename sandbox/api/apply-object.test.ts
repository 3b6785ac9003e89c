import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestApi } from "./testing";

const SERVICES = "/api/v1/namespaces/bookinfo/services";
const APPLY = "application/apply-patch+yaml";

const service = (ports: readonly object[], more: object = {}) => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "reviews", ...more },
  spec: { selector: { app: "reviews" }, ports },
});

let api: TestApi;
beforeAll(async () => {
  api = await TestApi.start();
});
afterAll(() => api.close());

const apply = (body: object, query = "fieldManager=one") =>
  api.send("PATCH", `${SERVICES}/reviews?${query}`, { body, type: APPLY });

describe("server-side apply over HTTPS", () => {
  it("creates, then merges the ports of two managers, then drops what one gives up", async () => {
    const http = { port: 80, name: "http" };
    expect(await apply(service([http]))).toMatchObject({
      code: 201,
      body: { spec: { type: "ClusterIP", ports: [{ port: 80, protocol: "TCP", targetPort: 80 }] } },
    });
    const second = await apply(service([{ port: 90, name: "grpc" }]), "fieldManager=two");
    expect(second).toMatchObject({
      code: 200,
      body: { spec: { ports: [{ port: 80 }, { port: 90 }] } },
    });
    const third = await apply(service([]));
    expect(third.body).toMatchObject({ spec: { ports: [{ port: 90 }] } });
  });

  it("reads YAML", async () => {
    const body = "apiVersion: v1\nkind: Service\nmetadata: {name: reviews, labels: {a: b}}\n";
    const reply = await api.send("PATCH", `${SERVICES}/reviews?fieldManager=yaml`, {
      body,
      type: APPLY,
    });
    expect(reply.body).toMatchObject({ metadata: { labels: { a: "b" } } });
  });

  it("tells every conflict with its field, and yields to force", async () => {
    const mine = { apiVersion: "v1", kind: "Service", metadata: { name: "reviews" } };
    const spec = (type: string) => ({
      ...mine,
      spec: { type, sessionAffinity: type === "NodePort" ? "None" : "ClientIP" },
    });
    await apply(spec("NodePort"), "fieldManager=a");
    const refused = await apply(spec("LoadBalancer"), "fieldManager=b");
    expect(refused.body).toMatchObject({
      code: 409,
      reason: "Conflict",
      message:
        'Apply failed with 2 conflicts: conflicts with "a":\n- .spec.sessionAffinity\n- .spec.type',
      details: {
        causes: [
          {
            reason: "FieldManagerConflict",
            message: 'conflict with "a"',
            field: ".spec.sessionAffinity",
          },
          { reason: "FieldManagerConflict", message: 'conflict with "a"', field: ".spec.type" },
        ],
      },
    });
    const forced = await apply(spec("LoadBalancer"), "fieldManager=b&force=true");
    expect(forced).toMatchObject({ code: 200, body: { spec: { type: "LoadBalancer" } } });
  });

  it("does nothing when nothing changes", async () => {
    const config = service([{ port: 90, name: "grpc" }]);
    await apply(config, "fieldManager=two");
    const { version } = api.cluster.objects.storage;
    await apply(config, "fieldManager=two");
    expect(api.cluster.objects.storage.version).toBe(version);
  });

  it.each([
    ["", service([]), 422, "fieldManager: Required value: is required for apply patch"],
    [
      "fieldManager=x",
      service([], { managedFields: [] }),
      400,
      "metadata.managedFields must be nil",
    ],
    ["fieldManager=x", { ...service([]), kind: "Pod" }, 400, "does not match the expected kind"],
    ["fieldManager=x", service([], { name: "other" }), 400, "does not match the name on the URL"],
    ["fieldManager=x", service([], { resourceVersion: "1" }), 409, "has been modified"],
    [
      "fieldManager=x&fieldValidation=Strict",
      service([{ prot: 80 }]),
      500,
      ".spec.ports[0].prot: field not declared in schema",
    ],
    [`fieldManager=${"x".repeat(129)}`, service([]), 422, "may not be more than 128 bytes"],
  ])("refuses %s of a wrong body or query", async (query, body, code, words) => {
    const reply = await apply(body, query);
    expect(reply.code).toBe(code);
    expect(reply.body.message).toContain(words);
  });

  it("alone may be forced", async () => {
    const reply = await api.send("PATCH", `${SERVICES}/reviews?force=true`, {
      body: {},
      type: "application/merge-patch+json",
    });
    expect(reply.body).toMatchObject({
      code: 422,
      message:
        'PatchOptions.meta.k8s.io "" is invalid: force: Forbidden: may not be specified for non-apply patch',
    });
  });
});
