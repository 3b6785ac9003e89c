import { expect, test } from "vitest";
import type { KubeObject } from "@/lib/k8s/object";
import { endpoints } from "./endpoints";
import { registry } from "./registry";
import { podsOfService } from "./service-pods";
import { applyChanges } from "./view";
import { anObject, aMesh, aPod, aService, aSlice } from "./testing";

const first = (mesh: ReturnType<typeof aMesh>) => {
  const service = mesh.derive(registry).services[0]!;
  return mesh.derive(endpoints).of(service, service.ports[0]!);
};

test("a Service's endpoints are those of its slices, with the pods behind them", () => {
  const pod = aPod("shop/reviews-v1", { ip: "10.0.0.1" });
  const mesh = aMesh(aService("shop/reviews"), pod, aSlice("shop/reviews", [pod]));
  expect(first(mesh)).toEqual([
    expect.objectContaining({
      address: "10.0.0.1",
      port: 9080,
      ready: true,
      tlsMode: "istio",
      serviceAccount: "reviews",
    }),
  ]);
  expect(mesh.derive(endpoints).podAt("10.0.0.1")?.metadata.name).toBe("reviews-v1");
});

test("a ServiceEntry's are what it lists, what it selects, or its own name", () => {
  const entry = (more: object) =>
    anObject("ServiceEntry", "shop/ext", {
      hosts: ["a.com"],
      ports: [{ number: 80, name: "http", protocol: "HTTP", targetPort: 8080 }],
      ...more,
    });
  const addresses = (...objects: readonly KubeObject[]) =>
    first(aMesh(...objects)).map(({ address, port }) => `${address}:${port}`);
  expect(addresses(entry({ resolution: "DNS" }))).toEqual(["a.com:8080"]);
  expect(
    addresses(
      entry({ endpoints: [{ address: "1.1.1.1" }, { address: "2.2.2.2", ports: { http: 9 } }] }),
    ),
  ).toEqual(["1.1.1.1:8080", "2.2.2.2:9"]);
  expect(
    addresses(
      entry({ workloadSelector: { labels: { app: "vm" } } }),
      anObject("WorkloadEntry", "shop/vm", { address: "3.3.3.3", labels: { app: "vm" } }),
      anObject("WorkloadEntry", "bank/vm", { address: "4.4.4.4", labels: { app: "vm" } }),
      aPod("shop/vm-v1", { ip: "5.5.5.5" }),
    ),
  ).toEqual(["3.3.3.3:8080", "5.5.5.5:8080"]);
});

test("the pods of a Service are those that its selector takes, of a subset those with its labels", () => {
  const service = aService("shop/reviews");
  const mesh = aMesh(
    service,
    aPod("shop/reviews-v1", { ip: "10.0.0.1" }),
    aPod("shop/reviews-v2", { ip: "10.0.0.2" }),
    aPod("shop/other-v1", { ip: "10.0.0.3" }),
    aPod("bank/reviews-v1", { ip: "10.0.0.4" }),
  );
  expect(podsOfService(mesh, service)).toHaveLength(2);
  expect(podsOfService(mesh, service, { version: "v2" })).toHaveLength(1);
  expect(podsOfService(mesh, anObject("Service", "shop/none", {}))).toEqual([]);
});

test("a ServiceEntry that changes has other endpoints at once", () => {
  const entry = (address: string) =>
    anObject("ServiceEntry", "shop/ext", {
      hosts: ["a.com"],
      resolution: "STATIC",
      ports: [{ number: 80, name: "http", protocol: "HTTP" }],
      endpoints: [{ address }],
    });
  const before = aMesh(entry("1.1.1.1"));
  expect(first(before).map(({ address }) => address)).toEqual(["1.1.1.1"]);
  const after = applyChanges(before, [
    { type: "put", kind: "ServiceEntry", object: entry("2.2.2.2") },
  ]);
  expect(first(after).map(({ address }) => address)).toEqual(["2.2.2.2"]);
});
