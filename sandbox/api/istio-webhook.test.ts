import { afterAll, beforeAll, expect, it } from "vitest";
import { TestApi } from "./testing";

const VS = "/apis/networking.istio.io/v1/namespaces/bookinfo/virtualservices";
const virtualService = (name: string, http: readonly object[]) => ({
  apiVersion: "networking.istio.io/v1",
  kind: "VirtualService",
  metadata: { name },
  spec: { hosts: [name], http },
});
const route = (host: string, more: object = {}) => ({
  route: [{ destination: { host } }],
  ...more,
});

let api: TestApi;
beforeAll(async () => {
  api = await TestApi.start();
});
afterAll(() => api.close());

it("istiod refuses what contradicts itself, at creation and at change", async () => {
  const wrong = virtualService("a", [route("a", { redirect: { uri: "/" } })]);
  const refused = await api.send("POST", VS, { body: wrong });
  expect(refused).toMatchObject({
    code: 400,
    body: {
      message:
        'admission webhook "rev.validation.istio.io" denied the request: configuration is invalid: HTTP route cannot contain both route and redirect',
    },
  });
  expect(refused.body).not.toHaveProperty("reason");
  const right = virtualService("a", [route("a")]);
  expect((await api.send("POST", VS, { body: right })).code).toBe(201);
  const patch = { body: { spec: wrong.spec }, type: "application/merge-patch+json" };
  expect((await api.send("PATCH", `${VS}/a`, patch)).code).toBe(400);
});

it("istiod lists several faults, and warns of what it takes", async () => {
  const both = [route("b", { redirect: { uri: "/" } }), route("b", { timeout: "1.5ms" })];
  const refused = await api.send("POST", VS, { body: virtualService("b", both) });
  expect(refused.body.message).toMatch(/configuration is invalid: 2 errors occurred:\n\t\* /);
  const unused = virtualService("c", [route("c"), route("d")]);
  const taken = await api.send("POST", VS, { body: unused });
  expect(taken.code).toBe(201);
  expect(taken.headers.warning).toContain("virtualService rule #1 not used");
});

it("istiod is not asked about what the sandbox writes itself", () => {
  const wrong = virtualService("e", [route("e", { redirect: { uri: "/" } })]);
  const metadata = { name: "e", namespace: "bookinfo" };
  expect(() => api.cluster.store.create({ ...wrong, metadata })).not.toThrow();
});

it("counts what istiod said, as its metrics do", async () => {
  const counted = (passed: boolean) =>
    api.cluster.objects.reviews
      .all()
      .filter((one) => one.passed === passed && one.resource === "virtualservices")
      .reduce((sum, { count }) => sum + count, 0);
  const [passed, failed] = [counted(true), counted(false)];
  const wrong = virtualService("f", [route("f", { redirect: { uri: "/" } })]);
  await api.send("POST", VS, { body: wrong });
  await api.send("POST", `${VS}?dryRun=All`, { body: wrong });
  await api.send("POST", VS, { body: virtualService("f", [route("f")]) });
  expect([counted(true) - passed, counted(false) - failed]).toEqual([1, 1]);
});

it("nothing of Istio's kinds is let in while istiod cannot be asked", async () => {
  const { objects } = api.cluster;
  objects.webhookFailure = () => "dial tcp 10.96.0.10:443: connect: connection refused";
  const written = await api.send("POST", VS, { body: virtualService("g", [route("g")]) });
  const message =
    'failed calling webhook "rev.validation.istio.io": failed to call webhook: Post "https://istiod.istio-system.svc:443/validate?timeout=10s": dial tcp 10.96.0.10:443: connect: connection refused';
  expect(written).toMatchObject({
    code: 500,
    body: {
      reason: "InternalError",
      message: `Internal error occurred: ${message}`,
      details: { causes: [{ message }] },
    },
  });
  const configMap = { metadata: { name: "f" } };
  const other = await api.send("POST", "/api/v1/namespaces/bookinfo/configmaps", {
    body: configMap,
  });
  expect(other.code).toBe(201);
  objects.webhookFailure = () => undefined;
});
